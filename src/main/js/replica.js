// A copy of a space, or of the entities of a player, that is kept up to date, with the caller's own changes shown
// before the server has confirmed them.

import { APPLIED, Copy, keyOf } from './copy.js';
import { Listeners } from './listeners.js';
import { equal, withChanges } from './state.js';

export class Replica {
  #live;
  #copy;
  #shown = new Map();
  #pending = [];
  #listeners = new Listeners();
  #becomeReady;
  #failReady;

  /** Replicas are created by `client.replica(space)` and `client.playerReplica(playerId)`. */
  constructor(live, { space, playerId }) {
    this.space = space;
    this.playerId = playerId;
    this.#live = live;
    this.#copy = new Copy(space);
    this.isReady = false;
    this.ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve;
      this.#failReady = reject;
    });
    this.ready.catch(() => {});
  }

  get cursor() {
    return this.#copy.cursor;
  }

  /** The state of an entity with pending changes applied; undefined if there is none. Do not change the object. */
  get(entityId, space) {
    return this.entity(entityId, space)?.state;
  }

  /** `{id, space, type, version, state, pending}` of an entity; undefined if there is none. */
  entity(entityId, space = this.space ?? 'global') {
    const confirmed = this.#copy.get(keyOf(space, entityId));
    const shown = this.#shown.get(keyOf(space, entityId));
    const { type, state = null } = shown ?? confirmed ?? {};
    return state === null
      ? undefined
      : { id: entityId, space, type, version: confirmed?.version ?? 0, state, pending: shown !== undefined };
  }

  /** All entities. */
  entities() {
    return [...new Set([...this.#copy.keys(), ...this.#shown.keys()])]
      .map((key) => this.#entityOf(key)).filter((entity) => entity !== undefined);
  }

  /** The checksum of the confirmed entities, as the server computes it. */
  checksum() {
    return this.#copy.checksum();
  }

  /**
   * Updates an entity. The change is shown at once, and again on top of every change that arrives, until the server's
   * result has arrived. Resolves to the result; rejects with a Problem if the server refuses the update, after the
   * change was taken back.
   */
  update(entityId, update, options) {
    return this.#change(entityId, { update }, options);
  }

  /** Creates an entity, which is shown at once. `options` may have its `owner`. */
  create(entityId, type, state, options) {
    return this.#change(entityId, { create: { type, state, owner: options?.owner } }, options);
  }

  /** Deletes an entity, which disappears at once. `options` may have the `fence` of its session. */
  delete(entityId, options) {
    return this.#change(entityId, { delete: { fence: options?.fence } }, options);
  }

  async #change(entityId, change, options = {}) {
    const space = options.space ?? this.space ?? 'global';
    const key = keyOf(space, entityId);
    const pending = { ...change, key, version: undefined, snapshots: undefined, presumed: undefined };
    this.#pending.push(pending);
    this.#show([key]);
    try {
      const result = await this.#live.send({ ...change, entityId, space }, options.signal);
      pending.version = result?.conflictId === undefined ? result?.version ?? 0 : 0;
      return result;
    } catch (e) {
      pending.version = 0;
      throw e;
    } finally {
      pending.snapshots = this.#copy.snapshots;
      this.#show([key]);
    }
  }

  /** Calls `listener` at each event of a name; see ReplicaEvents in statecraft.d.ts. Returns a function that removes it. */
  on(name, listener) {
    return this.#listeners.add(name, listener);
  }

  /** Ends the updates of this replica. */
  close() {
    this.#live.remove(this);
    this.#failReady(new Error(`The replica of ${this.space ?? this.playerId} was closed.`));
  }

  /** Calls the listeners of an event. */
  emit(name, event) {
    this.#listeners.emit(name, event);
  }

  /** Applies a feed of the server. Returns APPLIED, GAP or DIVERGED, as `Copy` does. */
  apply(feed, source) {
    const { outcome, touched, changes } = this.#copy.apply(feed, source);
    if (feed.snapshot) {
      this.emit('snapshot', { first: Boolean(feed.snapshot.first), more: Boolean(feed.snapshot.more || feed.more) });
    }
    touched.forEach((before, key) => this.#presume(key, before));
    this.#show(touched.keys());
    if (changes.length > 0) {
      this.emit('commits', { space: this.space, changes });
    }
    if (outcome === APPLIED && this.#copy.isComplete && !this.isReady) {
      this.isReady = true;
      this.#becomeReady(this);
    }
    return outcome;
  }

  /** The next sync begins with a snapshot. What is shown remains until then. */
  restart() {
    this.#copy.restart();
    this.emit('resync', { space: this.space });
  }

  #entityOf(key) {
    const [space, entityId] = key.split('/');
    return this.entity(entityId, space);
  }

  /**
   * Changes may arrive before the response to the request that made them, or the response is lost. If pending changes
   * lead to exactly what arrived, they are not shown a second time, until their response says whether it was they.
   */
  #presume(key, before) {
    const now = this.#copy.get(key);
    const sent = this.#pending.filter((pending) => pending.key === key && !this.#isContained(pending));
    for (let count = 1; now && count <= sent.length; count++) {
      if (equal(withChanges(before, sent.slice(0, count)).state, now.state)) {
        sent.slice(0, count).forEach((pending) => (pending.presumed = now.version));
        return;
      }
    }
  }

  #isContained({ key, version, presumed }) {
    return version === undefined && presumed !== undefined && presumed <= (this.#copy.get(key)?.version ?? 0);
  }

  /** Whether the copy does not yet contain a change. */
  #isPending({ key, version, snapshots }) {
    if (version === undefined) {
      return true;
    }
    const confirmed = this.#copy.get(key);
    // Without the entity, only a complete snapshot that began after the response shows that it was deleted since.
    return confirmed === undefined
      ? version > 0 && !(this.#copy.isComplete && this.#copy.snapshots > snapshots)
      : version > confirmed.version;
  }

  /** Computes what is shown of entities, and drops the pending changes that the copy contains. */
  #show(keys) {
    this.#pending = this.#pending.filter((pending) => this.#isPending(pending));
    for (const key of keys) {
      const changes = this.#pending.filter((pending) => pending.key === key && !this.#isContained(pending));
      if (changes.length === 0) {
        this.#shown.delete(key);
      } else {
        this.#shown.set(key, withChanges(this.#copy.get(key), changes));
      }
      const [space, id] = key.split('/');
      this.emit('change', this.#entityOf(key) ?? { id, space, state: undefined });
    }
  }
}
