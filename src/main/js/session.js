// A session: this client is the only writer of an entity until it ends the session or another server takes it over.

import { Listeners } from './listeners.js';
import { Problem } from './problem.js';
import { withChanges } from './state.js';

export class Session {
  #live;
  #confirmed;
  #pending = [];
  #listeners = new Listeners();
  #isEnding = false;

  /** Sessions are created by `client.openSession(entityId, options)`; `started` is the response of startSession. */
  constructor(live, started) {
    this.#live = live;
    this.entityId = started.entityId;
    this.space = started.space;
    this.type = started.type;
    this.holder = started.holder;
    this.previousHolder = started.previousHolder;
    this.fence = started.fence;
    this.ttlSeconds = started.ttlSeconds;
    this.isActive = true;
    this.wantedBy = undefined;
    this.messages = [];
    this.#confirmed = { version: started.version, state: started.state };
  }

  /** The version that the server has confirmed. */
  get version() {
    return this.#confirmed.version;
  }

  /** The state with pending updates applied. Do not change the object. */
  get state() {
    return withChanges(this.#confirmed, this.#pending).state;
  }

  /**
   * Updates the entity. `acknowledge` names the messages that the update applies: they are removed in the same commit.
   * Resolves to the result; rejects with a Problem if the server refuses the update, after the change was taken back.
   */
  async update(update, options) {
    if (!this.isActive || this.#isEnding) {
      throw new Problem({ status: 409, type: '/problems/session-lost', title: 'The session has ended.' });
    }
    return this.#send(update, options);
  }

  async #send(update, options = {}) {
    const pending = { update };
    this.#pending.push(pending);
    this.emit('change', this);
    try {
      const change = { update: { ...update, fence: this.fence }, entityId: this.entityId, space: this.space };
      const result = await this.#live.send(change, options.signal);
      this.#confirmed = { version: result.version, state: result.state ?? this.#confirmed.state };
      this.#forget(update.acknowledge ?? []);
      return result;
    } catch (e) {
      if (e.type === '/problems/session-lost') {
        this.#finish('lost', e);
      } else if (e.type === '/problems/message-not-waiting') {
        this.#forget([e.body.messageId]);
      }
      throw e;
    } finally {
      this.#pending = this.#pending.filter((other) => other !== pending);
      this.emit('change', this);
    }
  }

  /** Ends the session after its pending updates, in the same commit as a last update if there is one. */
  async end(update, options) {
    if (!this.isActive || this.#isEnding) {
      return;
    }
    this.#isEnding = true;
    try {
      if (update) {
        await this.#send({ ...update, endSession: true }, options);
      } else {
        const change = { end: { fence: this.fence }, entityId: this.entityId, space: this.space };
        await this.#live.send(change, options?.signal);
      }
    } catch (e) {
      this.#isEnding = false;
      if (e.type === '/problems/session-lost') {
        this.#finish('lost', e);
      }
      throw e;
    }
    this.#finish('end', this);
  }

  /** Calls `listener` at each event of a name; see SessionEvents in statecraft.d.ts. Returns a function that removes it. */
  on(name, listener) {
    return this.#listeners.add(name, listener);
  }

  /** Calls the listeners of an event. */
  emit(name, event) {
    this.#listeners.emit(name, event);
  }

  /** Applies what the server says about the session. */
  receive({ lost, wantedBy, messages }) {
    if (!this.isActive || this.#isEnding) {
      return;
    }
    if (lost) {
      this.#finish('lost', new Problem({ status: 409, type: '/problems/session-lost', title: 'The session is lost.' }));
      return;
    }
    const isNew = wantedBy !== undefined && wantedBy !== this.wantedBy;
    this.wantedBy = wantedBy;
    const known = new Set(this.messages.map(({ id }) => id));
    const arrived = messages.filter(({ id }) => !known.has(id) && !this.#isAcknowledged(id));
    this.messages.push(...arrived);
    arrived.forEach((message) => this.emit('message', message));
    if (isNew) {
      this.emit('wanted', { by: wantedBy });
    }
  }

  /** Whether a pending update acknowledges a message. */
  #isAcknowledged(id) {
    return this.#acknowledged.has(id) || this.#pending.some(({ update }) => update.acknowledge?.includes(id));
  }

  #acknowledged = new Set();

  #forget(ids) {
    ids.forEach((id) => this.#acknowledged.add(id));
    this.messages = this.messages.filter(({ id }) => !this.#acknowledged.has(id));
  }

  #finish(name, event) {
    if (this.isActive) {
      this.isActive = false;
      this.#live.forget(this);
      this.emit(name, event);
    }
  }
}
