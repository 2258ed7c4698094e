// The sessions of a client: their start, and their heartbeats, which are part of the syncs of the connection.

import { keyOf } from './copy.js';
import { pauseMillis } from './platform.js';
import { Problem, UnknownOutcome } from './problem.js';
import { Session } from './session.js';

const HEARTBEATS_PER_REQUEST = 200;
const LONGEST_WAIT_MILLIS = 20_000;

/** Longest time between two heartbeats; a third of the time to live of a session if that is less. */
const HEARTBEAT_MILLIS = 5000;

export class Sessions {
  #client;
  #options;
  #held = new Map();

  constructor(client, options) {
    this.#client = client;
    this.#options = options;
  }

  get size() {
    return this.#held.size;
  }

  /** Starts a session, and waits while another server has it. */
  async open(live, entityId, options = {}) {
    const { space = 'global', holder = this.#options.clientId, type, state, ttlSeconds, steal, signal } = options;
    const key = keyOf(space, entityId);
    const end = this.#options.now() + (options.waitMillis ?? Infinity);
    const check = () => {
      if (this.#held.has(key)) {
        throw new Error(`This client has the session of ${entityId} already.`);
      }
    };
    for (let attempts = 1; ; attempts++) {
      check();
      const waitMillis = Math.min(LONGEST_WAIT_MILLIS, Math.max(0, end - this.#options.now()));
      try {
        const body = { holder, type, state, ttlSeconds, steal, waitMillis: Math.floor(waitMillis) };
        const started = await this.#client.startSession({ entity: entityId, space, body }, { signal });
        check();
        const session = new Session(live, started);
        this.#held.set(key, { session, sentAt: this.#options.now(), hasNotice: false });
        return session;
      } catch (e) {
        // The same holder gets its session again, so an unknown outcome is repeated.
        const isRepeated = e instanceof UnknownOutcome || (e instanceof Problem && e.type === '/problems/session-held');
        const pause = pauseMillis(this.#options, attempts, 0);
        if (!isRepeated || this.#options.now() + pause > end) {
          throw e;
        }
        await this.#options.sleep(pause, signal);
      }
    }
  }

  forget(session) {
    const key = keyOf(session.space, session.entityId);
    if (this.#held.get(key)?.session === session) {
      this.#held.delete(key);
    }
  }

  /**
   * The heartbeats of the next request. A long poll has all sessions, because it ends when one of them is wanted or gets
   * a message; those that are wanted or have a message already would end it at once, so they wait for their time.
   *
   * @param isPoll whether the request is a long poll
   */
  heartbeats(isPoll) {
    const now = this.#options.now();
    const due = [...this.#held.values()]
      .filter((held) => this.#dueAt(held) <= now || (isPoll && !held.hasNotice))
      .sort((a, b) => a.sentAt - b.sentAt)
      .slice(0, HEARTBEATS_PER_REQUEST);
    due.forEach((held) => (held.sentAt = now));
    return due.map(({ session: { entityId, space, fence } }) => ({ entityId, space, fence }));
  }

  /** Milliseconds until a heartbeat is due; at most a given number. */
  untilDue(longest) {
    const first = Math.min(...[...this.#held.values()].map((held) => this.#dueAt(held)));
    return Math.max(0, Math.min(longest, first - this.#options.now()));
  }

  #dueAt({ session, sentAt }) {
    return sentAt + Math.min(HEARTBEAT_MILLIS, (1000 * session.ttlSeconds) / 3);
  }

  /** Applies the `sessions` of a response or a frame. */
  receive(states) {
    for (const state of states ?? []) {
      const held = this.#held.get(keyOf(state.space, state.entityId));
      if (held?.session.fence === state.fence) {
        held.hasNotice = state.wantedBy !== undefined || state.messages.length > 0;
        held.session.receive(state);
      }
    }
  }

  emit(name, event) {
    this.#held.forEach(({ session }) => session.emit(name, event));
  }
}
