// Live updates: one socket, subscribed to spaces. A frame only triggers a refresh, and the data is read from the API.
// Lost or repeated frames are therefore harmless.

import { access, address, get, key, post } from './api.js';

const LONGEST_PAUSE_MILLIS = 30_000;
const PAUSE_AFTER_FAILURE_MILLIS = 60_000;

class Live extends EventTarget {
  #cursors = new Map();
  #tooLarge = new Set();
  #socket = null;
  #pauseMillis = 1000;
  #timer = 0;
  connected = false;

  /** Subscribes to a space. A space with a snapshot of several frames is not subscribed to; sections poll it instead. */
  subscribe(space) {
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
      // A rejected key is reported by the sections that use the API. Here a retry is sufficient.
      this.#reconnectAfter(PAUSE_AFTER_FAILURE_MILLIS);
      return;
    }
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#pauseMillis = 1000;
      this.#setConnected(true);
      this.#sync(Object.fromEntries(this.#cursors));
    });
    socket.addEventListener('message', (event) => this.#received(JSON.parse(event.data)));
    socket.addEventListener('close', () => {
      if (this.#socket === socket) {
        this.#setConnected(false);
        this.#reconnectAfter(this.#pauseMillis);
        this.#pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, this.#pauseMillis * 2);
      }
    });
  }

  #reconnectAfter(millis) {
    this.#timer = setTimeout(() => this.connect(), millis);
  }

  #setConnected(connected) {
    this.connected = connected;
    this.dispatchEvent(new Event('status'));
  }

  #sync(cursors) {
    if (this.#socket?.readyState === WebSocket.OPEN && Object.keys(cursors).length > 0) {
      this.#socket.send(JSON.stringify({ op: 'sync', id: 1, clientId: 'dashboard', cursors }));
    }
  }

  #received(frame) {
    // The token of the socket has expired, or the server no longer knows the connection.
    if (frame.op === 'problem' && [401, 404].includes(frame.problem.status)) {
      this.#setConnected(false);
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
 * Browsers cannot send headers when they open a socket. A key is therefore exchanged for a short-lived token, which is
 * sent as a subprotocol. Without a key no token is sent.
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
 * Runs a task now, periodically, and whenever the returned function is called. While the page is hidden the task is deferred.
 *
 * @param task returns the milliseconds until the next run, or nothing for the default interval
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
