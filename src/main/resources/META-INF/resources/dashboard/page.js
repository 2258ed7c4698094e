// Elements of the page. Data from the API becomes text nodes, never markup.

/** An element: h('a', {href: '#/', class: 'x', onclick: run}, 'text', child). */
export function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) {
      node.addEventListener(name.slice(2), value);
    } else if (value === true) {
      node.setAttribute(name, '');
    } else if (value !== false && value !== undefined && value !== null) {
      node.setAttribute(name, value);
    }
  }
  node.append(...present(children));
  return node;
}

const present = (children) =>
  children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

/** A part of the page that is redrawn only if its data changed. The focus and open details are retained. */
export function region(attributes, draw) {
  const node = h('div', attributes);
  let drawn;
  return {
    node,
    show(data) {
      const text = JSON.stringify(data) ?? '';
      if (text === drawn) {
        return;
      }
      drawn = text;
      const focused = node.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
      const open = [...node.querySelectorAll('details[open][data-key]')].map((one) => one.dataset.key);
      node.replaceChildren(...present([draw(data)]));
      for (const one of node.querySelectorAll('details[data-key]')) {
        one.open = one.open || open.includes(one.dataset.key);
      }
      if (focused) {
        node.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
      }
    },
  };
}

/** A table: columns are {name, cell(row), kind: 'number', wide: hidden on narrow screens}. */
export function table(caption, columns, rows, empty) {
  if (rows.length === 0) {
    return h('p', { class: 'empty' }, empty);
  }
  const style = (column) => [column.kind, column.wide && 'wide'].filter(Boolean).join(' ') || null;
  return h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': caption },
    h('table', {},
      h('caption', { class: 'hidden' }, caption),
      h('thead', {}, h('tr', {},
        columns.map((column) => h('th', { scope: 'col', class: style(column) }, column.name)))),
      h('tbody', {}, rows.map((row) => h('tr', { class: row.highlight ? 'highlight' : null },
        columns.map((column) => h('td', { class: style(column) }, column.cell(row))))))));
}

/** A section with a heading. */
export function card(title, attributes, ...children) {
  const id = 'h-' + title.toLowerCase().replace(/[^a-z]+/g, '-');
  return h('section', { ...attributes, class: 'card ' + (attributes.class || ''), 'aria-labelledby': id },
    h('h2', { id }, title), children);
}

/** A list of names and values. */
export const facts = (pairs) => h('dl', { class: 'facts' },
  pairs.filter(([, value]) => present([value]).length > 0 && value !== '')
    .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));

const SYMBOLS = { good: '✓', bad: '!', busy: '…', plain: '·' };

/** A label with a colour and a symbol, because colour alone is not accessible. */
export const badge = (text, tone = 'plain') =>
  h('span', { class: 'badge ' + tone }, h('span', { 'aria-hidden': 'true' }, SYMBOLS[tone] + ' '), text);

export const button = (text, run, attributes = {}) => h('button', { type: 'button', ...attributes, onclick: run }, text);

/** A form field with a label; requires `attributes.id`. */
export const field = (label, attributes, ...options) => h('div', { class: 'field' },
  h('label', { for: attributes.id }, label),
  options.length > 0 ? h('select', attributes, options) : h('input', { type: 'text', ...attributes }));

export const option = (value, text, selected) => h('option', { value, selected }, text);

const NUMBERS = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const number = (value) => (typeof value === 'number' ? NUMBERS.format(value) : '–');

export const compact = (value) => (Math.abs(value) < 10000 ? number(value) : COMPACT.format(value));

/** A time: only the clock for today, otherwise the date and the clock. The title has the exact time. */
export function time(iso) {
  if (!iso) {
    return '–';
  }
  const at = new Date(iso);
  const clock = at.toLocaleTimeString('en-GB');
  const today = at.toDateString() === new Date().toDateString();
  const text = today ? clock : `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${clock.slice(0, 5)}`;
  return h('time', { datetime: iso, title: iso }, text);
}

export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 90 ? `${whole} s` : whole < 5400 ? `${Math.round(whole / 60)} min` : `${Math.round(whole / 3600)} h`;
}

/** SOME_WORDS as a label: Some words. */
export const words = (constant) => {
  const text = String(constant).toLowerCase().replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** Shows a message in a corner and announces it to screen readers. */
export function toast(text, tone = 'good') {
  const node = h('p', { class: 'toast ' + tone }, text);
  document.getElementById('toasts').append(node);
  setTimeout(() => node.remove(), 7000);
}

/** Runs the action of a button. The button is disabled meanwhile; a failure is shown as a toast. */
export async function attempt(control, work) {
  control.disabled = true;
  try {
    return await work();
  } catch (e) {
    if (e.name !== 'AbortError') {
      toast(e.message, 'bad');
    }
    return undefined;
  } finally {
    control.disabled = false;
  }
}

/** Opens a confirmation dialog. Resolves to the reason, or null if it was cancelled. */
export function ask(title, text, verb, reasonLabel) {
  return new Promise((resolve) => {
    const reason = reasonLabel && h('input', { id: 'ask-reason', type: 'text', required: true, maxlength: 1024 });
    const dialog = h('dialog', { 'aria-labelledby': 'ask-title' },
      h('form', { method: 'dialog' },
        h('h2', { id: 'ask-title' }, title),
        h('p', {}, text),
        reason && h('label', { for: 'ask-reason' }, reasonLabel),
        reason,
        h('div', { class: 'actions' },
          h('button', { class: 'primary', value: 'confirm' }, verb),
          button('Cancel', () => dialog.close('')))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'confirm' ? (reason ? reason.value.trim() : 'confirm') : null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
