// The confirmed entities of a space, or of the feed of a player, as snapshots and commits of the server make them.

import { applyOperations, checksum } from './state.js';

/** Results of applying a feed. */
export const APPLIED = 'applied';
export const GAP = 'gap';
export const DIVERGED = 'diverged';

/** Sources of a feed: a poll; a socket's response, which pushed changes may overtake; pushed, at least once. */
export const POLLED = 'polled';
export const SYNCED = 'synced';
export const PUSHED = 'pushed';

/** The name of the feed of a player among those of spaces. */
export const PLAYER = '';

/** The feeds of a response by name. */
export const feedsOf = ({ spaces, player }) => (player ? { ...spaces, [PLAYER]: player } : spaces ?? {});

/** The key of an entity. Ids contain no slash. */
export const keyOf = (space, entityId) => `${space}/${entityId}`;

export class Copy {
  #entities = new Map();
  #space;
  #seq;
  #isSuspect = false;

  /** Counts snapshots; a complete copy contains everything that was committed before its snapshot was requested. */
  snapshots = 0;
  isComplete = false;
  cursor = '';

  /** @param space undefined for the feed of a player, which has entities of several spaces */
  constructor(space) {
    this.#space = space;
  }

  /** `{id, space, type, version, state}` by key; the state of a deleted entity is null. */
  get(key) {
    return this.#entities.get(key);
  }

  keys() {
    return this.#entities.keys();
  }

  checksum() {
    return checksum([...this.#entities].filter(([, entity]) => entity.state !== null)
      .map(([key, entity]) => [this.#space === undefined ? key : entity.id, entity.version]));
  }

  /** The next sync begins with a snapshot. The entities remain until then. */
  restart() {
    this.cursor = '';
    this.isComplete = false;
  }

  /**
   * Applies a feed of the server.
   *
   * @return `outcome`: APPLIED, GAP if commits before it are missing, DIVERGED if this copy differs from the server's;
   *     `touched`, the entities before the feed, by key; and the `changes` of commits
   */
  apply(feed, source) {
    const result = { outcome: APPLIED, touched: new Map(), changes: [] };
    if (feed.snapshot) {
      this.#begin(feed.snapshot, result);
    }
    for (const { space = this.#space, entityId } of feed.left ?? []) {
      const key = keyOf(space, entityId);
      result.touched.set(key, this.#entities.get(key));
      this.#entities.delete(key);
    }
    result.outcome = this.#commit(feed.commits ?? [], source === PUSHED, result);
    if (result.outcome !== APPLIED) {
      return result;
    }
    this.cursor = feed.cursor;
    if (!feed.checksum) {
      return result;
    }
    // A feed of a socket without anything new may be older than this copy.
    const isComparable = result.touched.size > 0 || source === POLLED || (this.#isSuspect && source !== PUSHED);
    if (isComparable && feed.checksum !== this.checksum()) {
      this.#isSuspect = true;
      result.outcome = DIVERGED;
      return result;
    }
    this.#isSuspect &&= !isComparable;
    this.isComplete = true;
    return result;
  }

  #begin(snapshot, { touched }) {
    if (snapshot.first) {
      this.#entities.forEach((entity, key) => touched.set(key, entity));
      this.#entities.clear();
      this.snapshots++;
    }
    this.#seq = undefined;
    for (const { id, space = this.#space, version, type, state, deleted } of snapshot.entities ?? []) {
      this.#put(touched, { id, space, version, type, state: deleted ? null : state ?? {} });
    }
  }

  #put(touched, entity) {
    const key = keyOf(entity.space, entity.id);
    if (!touched.has(key)) {
      touched.set(key, this.#entities.get(key));
    }
    this.#entities.set(key, entity);
  }

  #commit(commits, isPushed, { touched, changes }) {
    for (const { seq, space = this.#space, changes: changed } of commits) {
      // The feed of a player has only the commits that change its entities.
      if (this.#space !== undefined && this.#seq !== undefined) {
        if (seq <= this.#seq) {
          continue;
        }
        if (isPushed && seq !== this.#seq + 1) {
          return GAP;
        }
      }
      for (const change of changed) {
        const known = this.#entities.get(keyOf(space, change.entityId));
        if (change.version <= (known?.version ?? 0)) {
          continue;
        }
        let state = change.deleted ? null : change.state;
        if (state === undefined) {
          if (known?.version !== change.version - 1 || known.state === null) {
            return isPushed ? GAP : DIVERGED;
          }
          try {
            state = applyOperations(known.state, { set: change.set, unset: change.unset });
          } catch {
            return isPushed ? GAP : DIVERGED;
          }
        }
        this.#put(touched, { id: change.entityId, space, version: change.version, type: change.type ?? known?.type, state });
        changes.push({ ...change, space });
      }
      this.#seq = seq;
    }
    return APPLIED;
  }
}
