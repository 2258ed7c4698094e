// The frame around the sections: navigation, the API key and the connection status.

import { boards } from './boards.js';
import { conflicts } from './conflicts.js';
import { access, client, follow, key, useKey } from './connection.js';
import { entities } from './entities.js';
import { events } from './events.js';
import { migrations } from './migrations.js';
import { overview } from './overview.js';
import { h } from './page.js';
import { repeat } from './refresh.js';

const SECTIONS = { '': overview, boards, entities, conflicts, migrations, events };

/** Changes within this time cause only one refresh, to limit the requests of the page in a busy game. */
const BATCH_MILLIS = 700;

const main = document.getElementById('main');
let activeSection = new AbortController();
let isFirstPage = true;

/** The context of a section: its path segments, its alert, and functions that refresh it until it is left. */
function frame(segments, signal) {
  const alert = h('p', { class: 'notice bad', role: 'alert', hidden: true });
  const failures = new Map();
  return {
    segments,
    signal,
    alert,
    repeat: (task, millis) => repeat(task, millis, signal, (e) => {
      failures.delete(task);
      if (e) {
        failures.set(task, e.message);
      }
      const text = [...new Set(failures.values())].join(' ');
      if (alert.textContent !== text) {
        alert.textContent = text;
        alert.hidden = text === '';
      }
    }),
    /** Calls `changed` with the changes in the space, in batches. */
    subscribe(space, changed) {
      const batch = [];
      let timer = 0;
      follow(space, (changes) => {
        batch.push(...changes);
        timer ||= setTimeout(() => {
          timer = 0;
          changed(batch.splice(0));
        }, BATCH_MILLIS);
      }, signal);
      signal.addEventListener('abort', () => clearTimeout(timer));
    },
  };
}

function show() {
  activeSection.abort();
  activeSection = new AbortController();
  const segments = location.hash.replace(/^#\/?/, '').split('/').map(decoded);
  const section = Object.hasOwn(SECTIONS, segments[0]) ? segments[0] : '';
  for (const link of document.querySelectorAll('#sections a')) {
    if (link.getAttribute('href') === `#/${section}`) {
      link.setAttribute('aria-current', 'page');
      // Not scrollIntoView: on Tab, browsers would continue from the scrolled element and miss the skip link.
      const sections = document.querySelector('.sections');
      sections.scrollLeft = link.offsetLeft - (sections.clientWidth - link.offsetWidth) / 2;
    } else {
      link.removeAttribute('aria-current');
    }
  }
  const view = frame(segments.slice(1), activeSection.signal);
  const { title, content } = SECTIONS[section](view);
  const heading = h('h1', { tabindex: -1 }, title);
  document.title = `${title} – Statecraft`;
  main.replaceChildren(heading, view.alert, ...content);
  if (!isFirstPage) {
    scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  }
  isFirstPage = false;
}

function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
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
  let promptedKey = '\n';
  access.addEventListener('unauthorized', () => {
    // Opens only once per key, because a user who closes the dialog must not see it again every few seconds.
    if (promptedKey !== key()) {
      promptedKey = key();
      document.getElementById('key-hint').textContent =
        key() ? 'This key was rejected. Enter another key.' : 'This deployment requires an API key. It is stored only in this tab.';
      open();
    }
  });
  access.addEventListener('key', () => show());
}

function liveStatus() {
  const node = document.getElementById('live');
  const text = document.getElementById('live-text');
  const update = () => {
    node.classList.toggle('on', client.connected);
    text.textContent = client.connected ? 'Live' : 'Polling';
  };
  client.onStatus(update);
  setTimeout(update, 3000);
}

addEventListener('hashchange', show);
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
keyDialog();
liveStatus();
show();
client.replica('global');
