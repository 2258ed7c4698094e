// A copy of a space that is kept up to date, with the caller's own changes shown before the server has confirmed them.

import { applyOperations, checksum } from './state.js';

/** Results of applying a feed. */
export const APPLIED = 'applied';
export const GAP = 'gap';
export const DIVERGED = 'diverged';

/** Sources of a feed: a poll; a socket's response, which pushed changes may overtake; pushed, at least once. */
export const POLLED = 'polled';
export const SYNCED = 'synced';
export const PUSHED = 'pushed';

export class Replica {
  #live;
  #versions = new Map();
  #shown = new Map();
  #pending = [];
  #listeners = new Map();
  #seq;
  #complete = false;
  #isSuspect = false;
  #becomeReady;
  #failReady;

  /** Replicas are created by `client.replica(space)`. */
  constructor(space, live) {
    this.space = space;
    this.#live = live;
    this.cursor = '';
    this.isReady = false;
    this.ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve;
      this.#failReady = reject;
    });
    this.ready.catch(() => {});
  }

  /** The state of an entity with pending updates applied; undefined if there is none. Do not change the object. */
  get(entityId) {
    return this.entity(entityId)?.state;
  }

  /** `{id, type, version, state, pending}` of an entity; undefined if there is none. */
  entity(entityId) {
    const confirmed = this.#versions.get(entityId);
    if (!confirmed || confirmed.state === null) {
      return undefined;
    }
    const shown = this.#shown.get(entityId);
    return {
      id: entityId, type: confirmed.type, version: confirmed.version, state: shown ?? confirmed.state,
      pending: shown !== undefined,
    };
  }

  /** All entities. */
  entities() {
    return [...this.#versions.keys()].map((id) => this.entity(id)).filter((entity) => entity !== undefined);
  }

  /** The checksum of the confirmed entities, as the server computes it. */
  checksum() {
    return checksum([...this.#versions]
      .filter(([, entity]) => entity.state !== null).map(([id, entity]) => [id, entity.version]));
  }

  /**
   * Updates an entity. The change is shown at once, and again on top of every change that arrives, until the server's
   * result has arrived. Resolves to the result; rejects with a Problem if the server refuses the update, after the
   * change was taken back.
   */
  async update(entityId, update, options = {}) {
    const mutationId = update.mutationId ?? this.#live.newId();
    const pending = { entityId, update, version: undefined };
    this.#pending.push(pending);
    this.#show(new Set([entityId]));
    try {
      const result = await this.#live.send({ ...update, entityId, space: this.space, mutationId }, options.signal);
      pending.version = result.conflictId === undefined ? result.version ?? 0 : 0;
      return result;
    } catch (e) {
      pending.version = 0;
      throw e;
    } finally {
      this.#show(new Set([entityId]));
    }
  }

  /** Calls `listener` at each event of a name; see ReplicaEvents in statecraft.d.ts. Returns a function that removes it. */
  on(name, listener) {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Ends the updates of this replica. */
  close() {
    this.#live.remove(this);
    this.#failReady(new Error(`The replica of ${this.space} was closed.`));
  }

  /** Calls the listeners of an event. An error in a listener does not concern the replica. */
  emit(name, event) {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        listener(event);
      } catch (e) {
        console.error(e);
      }
    }
  }

  /** The next sync begins with a snapshot. What is shown remains until then. */
  restart() {
    this.cursor = '';
    this.#complete = false;
    this.emit('resync', { space: this.space });
  }

  /**
   * Applies a feed of the server.
   *
   * @return APPLIED; GAP if commits before it are missing; DIVERGED if this copy differs from the server's
   */
  apply(feed, source) {
    const pushed = source === PUSHED;
    const touched = new Set();
    const changes = [];
    const { snapshot } = feed;
    if (snapshot) {
      if (snapshot.first) {
        this.#versions.forEach((entity, id) => touched.add(id));
        this.#versions.clear();
      }
      this.#seq = undefined;
      for (const { id, version, type, state, deleted } of snapshot.entities ?? []) {
        this.#versions.set(id, { version, type, state: deleted ? null : state ?? {} });
        touched.add(id);
      }
      this.emit('snapshot', { first: Boolean(snapshot.first), more: Boolean(snapshot.more || feed.more) });
    }
    const outcome = this.#commit(feed.commits ?? [], pushed, touched, changes);
    if (outcome === APPLIED) {
      this.cursor = feed.cursor;
    }
    this.#show(touched);
    if (changes.length > 0) {
      this.emit('commits', { space: this.space, changes });
    }
    if (outcome !== APPLIED || !feed.checksum) {
      return outcome;
    }
    // A feed of a socket without anything new may be older than this copy.
    const isComparable = touched.size > 0 || source === POLLED || (this.#isSuspect && !pushed);
    if (isComparable && feed.checksum !== this.checksum()) {
      this.#isSuspect = true;
      return DIVERGED;
    }
    this.#isSuspect &&= !isComparable;
    this.#complete = true;
    if (!this.isReady) {
      this.isReady = true;
      this.#becomeReady(this);
    }
    return APPLIED;
  }

  #commit(commits, pushed, touched, changes) {
    for (const commit of commits) {
      if (this.#seq !== undefined && commit.seq <= this.#seq) {
        continue;
      }
      if (pushed && this.#seq !== undefined && commit.seq !== this.#seq + 1) {
        return GAP;
      }
      for (const change of commit.changes) {
        const known = this.#versions.get(change.entityId);
        if (change.version <= (known?.version ?? 0)) {
          continue;
        }
        let state = change.deleted ? null : change.state;
        if (state === undefined) {
          if (known?.version !== change.version - 1 || known.state === null) {
            return pushed ? GAP : DIVERGED;
          }
          state = applyOperations(known.state, { set: change.set, unset: change.unset });
        }
        this.#versions.set(change.entityId, { version: change.version, type: change.type ?? known?.type, state });
        touched.add(change.entityId);
        changes.push(change);
      }
      this.#seq = commit.seq;
    }
    return APPLIED;
  }

  /** Computes what is shown of entities, and drops the pending updates that the confirmed versions contain. */
  #show(entityIds) {
    if (entityIds.size === 0) {
      return;
    }
    this.#pending = this.#pending.filter(({ entityId, version }) =>
      version === undefined || version > (this.#versions.get(entityId)?.version ?? (this.#complete ? Infinity : 0)));
    for (const id of entityIds) {
      const confirmed = this.#versions.get(id)?.state;
      const updates = confirmed ? this.#pending.filter((pending) => pending.entityId === id) : [];
      if (updates.length === 0) {
        this.#shown.delete(id);
      } else {
        this.#shown.set(id, updates.reduce((state, { update }) => {
          try {
            return applyOperations(state, update);
          } catch {
            return state; // It no longer fits; the server rejects it.
          }
        }, confirmed));
      }
      this.emit('change', this.entity(id) ?? { id, state: undefined });
    }
  }
}
