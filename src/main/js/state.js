// States of entities: the checksum of a space, and operations as the server applies them. All functions are pure.

const UTF8 = new TextEncoder();

function hash(text) {
  let h = 0x811c9dc5;
  for (const byte of UTF8.encode(text)) {
    h = Math.imul(h ^ byte, 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The checksum of a space, as eight hexadecimal digits: the exclusive or of the hashes of all `id:version`. */
export function checksum(versions) {
  let sum = 0;
  for (const [id, version] of versions) {
    sum ^= hash(`${id}:${version}`);
  }
  return (sum >>> 0).toString(16).padStart(8, '0');
}

/** The keys of a path: a JSON pointer (RFC 6901), or one top-level key. */
function keysOf(path) {
  return path.startsWith('/')
    ? path.slice(1).split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    : [path];
}

const isContainer = (value) => typeof value === 'object' && value !== null;

/** The value of an own key; undefined if there is none, also for names that every object inherits. */
const own = (container, key) => (isContainer(container) && Object.hasOwn(container, key) ? container[key] : undefined);

function put(container, key, value) {
  Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
}

/** An empty list along a path is an empty object, as on the server. */
const asParent = (value) => (value === undefined || (Array.isArray(value) && value.length === 0) ? {} : value);

function edit(state, path, change) {
  const keys = keysOf(path);
  const last = keys.pop();
  let container = state;
  for (const key of keys) {
    const child = asParent(own(container, key));
    if (!isContainer(child)) {
      throw new TypeError(`The path ${path} leads through a value that is not an object.`);
    }
    put(container, key, child);
    container = child;
  }
  put(container, last, change(own(container, last)));
}

function unset(state, path) {
  const keys = keysOf(path);
  const last = keys.pop();
  const container = keys.reduce(own, state);
  if (isContainer(container) && !Array.isArray(container)) {
    delete container[last];
  }
}

/** Whether two JSON values are equal; the order of keys does not matter. */
export const equal = (a, b) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value) {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  return isContainer(value)
    ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
    : value;
}

const isEmpty = (value) => value === undefined || (isContainer(value) && Object.keys(value).length === 0);

const list = (value) => {
  if (isEmpty(value)) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw new TypeError('The value is not a list.');
  }
  return value;
};

const number = (value = 0) => {
  if (typeof value !== 'number') {
    throw new TypeError('The value is not a number.');
  }
  return value;
};

/**
 * The state after operations; the state that was passed is not changed. Throws a TypeError if an operation does not
 * fit the state; the server rejects such an update.
 */
export function applyOperations(state, operations) {
  if (operations.state !== undefined) {
    return structuredClone(operations.state);
  }
  const { set, unset: removed, increment, append, remove } = operations;
  const result = structuredClone(state);
  (removed ?? []).forEach((path) => unset(result, path));
  const each = (values, change) => Object.entries(structuredClone(values ?? {}))
    .forEach(([path, value]) => edit(result, path, (old) => change(old, value)));
  each(set, (old, value) => value);
  each(increment, (old, by) => number(old) + by);
  each(append, (old, values) => [...list(old), ...values]);
  for (const [path, values] of Object.entries(remove ?? {})) {
    if (!isEmpty(keysOf(path).reduce(own, result))) {
      edit(result, path, (old) => list(old).filter((value) => !values.some((one) => equal(value, one))));
    }
  }
  return result;
}

/**
 * The `{type, state}` of an entity after changes that are not confirmed; a null state if there is no entity.
 *
 * @param confirmed `{type, state}`; undefined if there is no entity
 * @param changes each has `update`, `create` or `delete`; one that does not fit the state is left out, as the server
 *     rejects it
 */
export function withChanges(confirmed, changes) {
  let { type, state = null } = confirmed ?? {};
  for (const change of changes) {
    if (change.create && state === null) {
      ({ type, state } = structuredClone(change.create));
    } else if (change.delete) {
      state = null;
    } else if (change.update && state !== null) {
      try {
        state = applyOperations(state, change.update);
      } catch {
        // The server rejects it.
      }
    }
  }
  return { type, state };
}
