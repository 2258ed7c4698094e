// What changed, as it changes: one socket that follows spaces. It only says that something changed; what it is now is
// read from the API, so a frame that is lost or comes twice does no harm.

import { access, address, get, key, post } from './api.js';

const LONGEST_PAUSE_MILLIS = 30_000;
const PAUSE_AFTER_REFUSAL_MILLIS = 60_000;

class Live extends EventTarget {
  #cursors = new Map();
  #tooLarge = new Set();
  #socket = null;
  #pauseMillis = 1000;
  #timer = 0;
  connected = false;

  /** Follows a space from now on. A space too large to begin with is left to those who look from time to time. */
  follow(space) {
    if (!this.#cursors.has(space) && !this.#tooLarge.has(space)) {
      this.#cursors.set(space, '');
      this.#sync({ [space]: '' });
    }
  }

  async connect() {
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
    let socket;
    try {
      socket = await open();
    } catch {
      // The API says why it refuses the key to who asks it for something; here it is enough to try again.
      this.#again(PAUSE_AFTER_REFUSAL_MILLIS);
      return;
    }
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#pauseMillis = 1000;
      this.#tell(true);
      this.#sync(Object.fromEntries(this.#cursors));
    });
    socket.addEventListener('message', (event) => this.#received(JSON.parse(event.data)));
    socket.addEventListener('close', () => {
      if (this.#socket === socket) {
        this.#tell(false);
        this.#again(this.#pauseMillis);
        this.#pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, this.#pauseMillis * 2);
      }
    });
  }

  #again(millis) {
    this.#timer = setTimeout(() => this.connect(), millis);
  }

  #tell(connected) {
    this.connected = connected;
    this.dispatchEvent(new Event('status'));
  }

  #sync(cursors) {
    if (this.#socket?.readyState === WebSocket.OPEN && Object.keys(cursors).length > 0) {
      this.#socket.send(JSON.stringify({ op: 'sync', id: 1, clientId: 'dashboard', cursors }));
    }
  }

  #received(frame) {
    // The token that the socket was opened with has ended, or the connection was forgotten.
    if (frame.op === 'problem' && [401, 404].includes(frame.problem.status)) {
      this.#tell(false);
      this.connect();
      return;
    }
    for (const [space, feed] of Object.entries(frame.spaces || {})) {
      if (feed.snapshot?.more || feed.more) {
        this.#cursors.delete(space);
        this.#tooLarge.add(space);
        continue;
      }
      this.#cursors.set(space, feed.cursor);
      const changes = (feed.commits || []).flatMap((commit) => commit.changes);
      if (changes.length > 0) {
        this.dispatchEvent(new CustomEvent('changes', { detail: { space, changes } }));
      }
    }
  }
}

/**
 * Browsers can send no header when they open a socket, so a key is exchanged for a short-lived token, which goes among
 * the protocols. Where the API needs no key, none is offered.
 */
async function open() {
  const { socketUrl } = await get('dashboard/settings');
  const url = socketUrl ? new URL(socketUrl) : address('v1/socket');
  url.protocol = url.protocol.replace('http', 'ws');
  if (!key()) {
    return new WebSocket(url);
  }
  const token = key().startsWith('sk_') ? (await post('v1/tokens', undefined)).token : key();
  return new WebSocket(url, ['statecraft', token]);
}

export const live = new Live();

access.addEventListener('key', () => live.connect());

/**
 * Does something now, from time to time, and when `soon` is called; while the page is hidden it waits.
 *
 * @param task answers the milliseconds until next time, or nothing for the usual pause
 */
export function repeat(task, millis, signal, failed) {
  let timer = 0;
  let running = false;
  let due = false;
  const run = async () => {
    clearTimeout(timer);
    if (running || document.hidden) {
      due = true;
      return;
    }
    running = true;
    due = false;
    let pause = millis;
    try {
      pause = (await task()) || millis;
      failed(null);
    } catch (e) {
      if (!signal.aborted) {
        failed(e);
      }
      pause = Math.max(millis, 5000);
    }
    running = false;
    if (!signal.aborted) {
      timer = setTimeout(run, due ? 250 : pause);
    }
  };
  document.addEventListener('visibilitychange', () => due && run(), { signal });
  signal.addEventListener('abort', () => clearTimeout(timer));
  run();
  return () => run();
}
