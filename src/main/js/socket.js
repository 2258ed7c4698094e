// One WebSocket: frames, and the order in which they are delivered.

import { feedsOf, PUSHED, SYNCED } from './copy.js';

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
  #isAnswered = false;
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
    const keepAlive = setInterval(() => this.sync(events.request()), KEEP_ALIVE_MILLIS);
    keepAlive.unref?.();
    return new Promise((resolve) => {
      this.#end = () => {
        clearInterval(keepAlive);
        clearTimeout(this.#unanswered);
        resolve(this.#isAnswered);
      };
      this.#socket.addEventListener('open', () => {
        events.connected();
        this.sync(events.request());
      });
      this.#socket.addEventListener('close', this.#end);
      this.#socket.addEventListener('error', () => {});
      this.#socket.addEventListener('message', (event) => this.#received(JSON.parse(event.data)));
    });
  }

  get isOpen() {
    return this.#socket?.readyState === OPEN;
  }

  /** Sends a sync. Returns false if the socket is not open. */
  sync(body) {
    if (!this.isOpen) {
      return false;
    }
    if (Object.keys(body.cursors).length > 0 || body.playerId !== undefined || body.sessions) {
      this.#socket.send(JSON.stringify({ op: 'sync', id: ++this.#frames, ...body }));
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
    this.#events.sessions(frame.sessions);
    const feeds = feedsOf(frame);
    if (frame.op === 'synced') {
      // Other frames may overtake the response, so that its feed is older than the replica.
      this.#isAnswered = true;
      Object.keys(feeds).forEach((name) => this.#synced.add(name));
      this.#events.received(feeds, SYNCED);
      this.#early.splice(0).forEach((early) => this.#push(early));
    } else {
      this.#push(Object.entries(feeds));
    }
    if (frame.fetch) {
      this.#events.fetch().catch((e) => this.#events.failed({ status: e.status ?? 0, title: e.message }));
    }
  }

  /** Changes that arrive before the first response of their feed are applied after it. */
  #push(feeds) {
    const early = feeds.filter(([name]) => !this.#synced.has(name));
    if (early.length > 0) {
      this.#early.push(early);
    }
    this.#events.received(Object.fromEntries(feeds.filter(([name]) => this.#synced.has(name))), PUSHED);
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
      setTimeout(() => this.sync(this.#events.request()), 1000 * (problem.retryAfter ?? 1));
    } else {
      this.#events.failed(problem);
    }
  }
}
