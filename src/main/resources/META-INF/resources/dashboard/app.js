// The frame around the sections: which one is shown, the key, and whether the page is live.

import { access, key, useKey } from './api.js';
import { boards } from './boards.js';
import { conflicts } from './conflicts.js';
import { entities } from './entities.js';
import { events } from './events.js';
import { live, repeat } from './live.js';
import { migrations } from './migrations.js';
import { overview } from './overview.js';
import { h } from './page.js';

const SECTIONS = { '': overview, boards, entities, conflicts, migrations, events };

/** How long changes are gathered before something is read again, so that a busy game does not keep the page busy. */
const GATHERED_MILLIS = 700;

const main = document.getElementById('main');
let shown = new AbortController();
let first = true;

/** What a section gets: where it is in the page, and how it keeps itself up to date. */
function frame(parts, signal) {
  const trouble = h('p', { class: 'notice bad', role: 'alert', hidden: true });
  const failing = new Map();
  return {
    parts,
    signal,
    trouble,
    repeat: (task, millis) => repeat(task, millis, signal, (e) => {
      failing.delete(task);
      if (e) {
        failing.set(task, e.message);
      }
      const text = [...new Set(failing.values())].join(' ');
      if (trouble.textContent !== text) {
        trouble.textContent = text;
        trouble.hidden = text === '';
      }
    }),
    /** Calls back with what changed in the space; what comes close together is told at once. */
    follow(space, changed) {
      const gathered = [];
      let timer = 0;
      live.follow(space);
      live.addEventListener('changes', (event) => {
        if (event.detail.space === space) {
          gathered.push(...event.detail.changes);
          timer ||= setTimeout(() => {
            timer = 0;
            changed(gathered.splice(0));
          }, GATHERED_MILLIS);
        }
      }, { signal });
      signal.addEventListener('abort', () => clearTimeout(timer));
    },
  };
}

function show() {
  shown.abort();
  shown = new AbortController();
  const parts = location.hash.replace(/^#\/?/, '').split('/').map(decoded);
  const section = Object.hasOwn(SECTIONS, parts[0]) ? parts[0] : '';
  for (const link of document.querySelectorAll('#sections a')) {
    if (link.getAttribute('href') === `#/${section}`) {
      link.setAttribute('aria-current', 'page');
      // Not scrollIntoView: browsers continue from what was scrolled to when Tab is pressed, past the skip link.
      const sections = document.querySelector('.sections');
      sections.scrollLeft = link.offsetLeft - (sections.clientWidth - link.offsetWidth) / 2;
    } else {
      link.removeAttribute('aria-current');
    }
  }
  const view = frame(parts.slice(1), shown.signal);
  const { title, content } = SECTIONS[section](view);
  const heading = h('h1', { tabindex: -1 }, title);
  document.title = `${title} – Statecraft`;
  main.replaceChildren(heading, view.trouble, ...content);
  if (!first) {
    scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  }
  first = false;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function keyDialog() {
  const dialog = document.getElementById('key-dialog');
  const input = document.getElementById('key');
  const open = () => {
    if (!document.querySelector('dialog[open]')) {
      input.value = key();
      dialog.showModal();
    }
  };
  document.getElementById('key-button').addEventListener('click', open);
  document.getElementById('key-cancel').addEventListener('click', () => dialog.close());
  document.getElementById('key-forget').addEventListener('click', () => {
    dialog.close();
    useKey('');
  });
  document.getElementById('key-form').addEventListener('submit', (event) => {
    event.preventDefault();
    dialog.close();
    useKey(input.value.trim());
  });
  let asked = '\n';
  access.addEventListener('refused', () => {
    // Once for a key: who closes the dialog does not want to be asked every few seconds.
    if (asked !== key()) {
      asked = key();
      document.getElementById('key-why').textContent =
        key() ? 'This key is not let in. Enter another one.' : 'This deployment asks for a key. It is kept in this tab only.';
      open();
    }
  });
  access.addEventListener('key', () => show());
}

function liveStatus() {
  const node = document.getElementById('live');
  const text = document.getElementById('live-text');
  const tell = () => {
    node.classList.toggle('on', live.connected);
    text.textContent = live.connected ? 'Live' : 'Polling';
  };
  live.addEventListener('status', tell);
  setTimeout(tell, 3000);
}

addEventListener('hashchange', show);
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
keyDialog();
liveStatus();
show();
live.connect();
