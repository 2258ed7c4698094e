// One WebSocket: frames, and the order in which they are delivered.

import { PUSHED, SYNCED } from './replica.js';

/** API Gateway closes a connection after ten minutes without a frame. */
const KEEP_ALIVE_MILLIS = 240_000;
const ANSWER_MILLIS = 20_000;
const OPEN = 1;

export class Socket {
  #options;
  #socket;
  #address;
  #token;
  #events;
  #frames = 0;
  #synced = new Set();
  #early = [];
  #unanswered;
  #end;

  /** @param token sent as a subprotocol, because browsers cannot set headers of a socket; undefined for none */
  constructor(options, address, token) {
    this.#options = options;
    this.#address = address;
    this.#token = token;
  }

  /**
   * Opens the socket and delivers its frames to `events` until it closes.
   *
   * @return a promise of whether it answered a sync
   */
  run(events) {
    this.#events = events;
    const { WebSocket } = this.#options;
    this.#socket = this.#token
      ? new WebSocket(this.#address, ['statecraft', this.#token])
      : new WebSocket(this.#address);
    const keepAlive = setInterval(() => this.sync(events.cursors()), KEEP_ALIVE_MILLIS);
    keepAlive.unref?.();
    return new Promise((resolve) => {
      this.#end = () => {
        clearInterval(keepAlive);
        clearTimeout(this.#unanswered);
        resolve(this.#synced.size > 0);
      };
      this.#socket.addEventListener('open', () => {
        events.connected();
        this.sync(events.cursors());
      });
      this.#socket.addEventListener('close', this.#end);
      this.#socket.addEventListener('error', () => {});
      this.#socket.addEventListener('message', (event) => this.#received(JSON.parse(event.data)));
    });
  }

  /** Requests the changes after cursors. Returns false if the socket is not open. */
  sync(cursors) {
    if (this.#socket?.readyState !== OPEN) {
      return false;
    }
    if (Object.keys(cursors).length > 0) {
      this.#socket.send(JSON.stringify({ op: 'sync', id: ++this.#frames, clientId: this.#options.clientId, cursors }));
      this.#unanswered ??= setTimeout(() => this.close(), ANSWER_MILLIS);
    }
    return true;
  }

  /** Ends the socket at once; a connection that is gone does not answer a close. */
  close() {
    this.#socket?.close();
    this.#end?.();
  }

  #received(frame) {
    clearTimeout(this.#unanswered);
    this.#unanswered = undefined;
    if (frame.op === 'problem') {
      this.#refused(frame.problem);
      return;
    }
    const spaces = Object.entries(frame.spaces ?? {});
    if (frame.op === 'synced') {
      // Other frames may overtake the response, so that its feed is older than the replica.
      spaces.forEach(([space]) => this.#synced.add(space));
      this.#events.received(frame.spaces, SYNCED);
      this.#early.splice(0).forEach((early) => this.#push(early));
    } else {
      this.#push(spaces);
    }
    if (frame.fetch) {
      this.#events.fetch().catch((e) => this.#events.failed({ status: e.status ?? 0, title: e.message }));
    }
  }

  /** Changes that arrive before the first response of their space are applied after it. */
  #push(spaces) {
    const early = spaces.filter(([space]) => !this.#synced.has(space));
    if (early.length > 0) {
      this.#early.push(early);
    }
    this.#events.received(Object.fromEntries(spaces.filter(([space]) => this.#synced.has(space))), PUSHED);
  }

  #refused(problem) {
    if (problem.status === 401) {
      this.#events.unauthorized();
    }
    if (problem.status === 401 || problem.status === 404 || problem.type === '/problems/connection-closed') {
      this.close();
    } else if (problem.type === '/problems/answer-too-large') {
      this.#events.fetch().catch((e) => this.#events.failed({ status: e.status ?? 0, title: e.message }));
    } else if (problem.status === 429 || problem.status === 503) {
      setTimeout(() => this.sync(this.#events.cursors()), 1000 * (problem.retryAfter ?? 1));
    } else {
      this.#events.failed(problem);
    }
  }
}
