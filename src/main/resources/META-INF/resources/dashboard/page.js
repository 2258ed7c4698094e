// How parts of the page are made. Whatever comes from the API becomes a text node, never markup.

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

/** A part of the page that is drawn anew only if its data changed; the focus stays where it was. */
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

/** A table: columns are {name, cell(row), kind: 'number', wide: only where there is room}. */
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

/** A section with a heading of its own. */
export function card(title, attributes, ...children) {
  const id = 'h-' + title.toLowerCase().replace(/[^a-z]+/g, '-');
  return h('section', { ...attributes, class: 'card ' + (attributes.class || ''), 'aria-labelledby': id },
    h('h2', { id }, title), children);
}

/** Names and values. */
export const facts = (pairs) => h('dl', { class: 'facts' },
  pairs.filter(([, value]) => present([value]).length > 0 && value !== '')
    .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));

const MARKS = { good: '✓', bad: '!', busy: '…', plain: '·' };

/** A word with a colour and a sign, as colours alone say nothing to many. */
export const badge = (text, tone = 'plain') =>
  h('span', { class: 'badge ' + tone }, h('span', { 'aria-hidden': 'true' }, MARKS[tone] + ' '), text);

export const button = (text, run, attributes = {}) => h('button', { type: 'button', ...attributes, onclick: run }, text);

/** A labelled field of a form; `attributes.id` is needed. */
export const field = (label, attributes, ...options) => h('div', { class: 'field' },
  h('label', { for: attributes.id }, label),
  options.length > 0 ? h('select', attributes, options) : h('input', { type: 'text', ...attributes }));

export const option = (value, text, selected) => h('option', { value, selected }, text);

const NUMBERS = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const number = (value) => (typeof value === 'number' ? NUMBERS.format(value) : '–');

export const compact = (value) => (Math.abs(value) < 10000 ? number(value) : COMPACT.format(value));

/** A time of today as hours, any other with its date; the exact one is in the title. */
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

/** SOME_WORDS as they are read: Some words. */
export const words = (constant) => {
  const text = String(constant).toLowerCase().replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** Tells of something in a corner, and to screen readers. */
export function toast(text, tone = 'good') {
  const node = h('p', { class: 'toast ' + tone }, text);
  document.getElementById('toasts').append(node);
  setTimeout(() => node.remove(), 7000);
}

/** Does something that a button asks for, once at a time, and tells if it fails. */
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

/** Asks before something is done; answers the reason that was given, or null. */
export function ask(title, text, verb, reasonLabel) {
  return new Promise((answer) => {
    const reason = reasonLabel && h('input', { id: 'ask-reason', type: 'text', required: true, maxlength: 1024 });
    const dialog = h('dialog', { 'aria-labelledby': 'ask-title' },
      h('form', { method: 'dialog' },
        h('h2', { id: 'ask-title' }, title),
        h('p', {}, text),
        reason && h('label', { for: 'ask-reason' }, reasonLabel),
        reason,
        h('div', { class: 'actions' },
          h('button', { class: 'primary', value: 'yes' }, verb),
          button('Cancel', () => dialog.close('')))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      answer(dialog.returnValue === 'yes' ? (reason ? reason.value.trim() : 'yes') : null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
