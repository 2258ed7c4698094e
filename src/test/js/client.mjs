// Tests of @statecraft/client against a running application: node client.mjs ADDRESS CLIENT-FOLDER.

import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

const [, , address, folder] = process.argv;
const { applyOperations, checksum, Client, Problem, UnknownOutcome } =
  await import(new URL('statecraft.js', pathToFileURL(folder + '/')));

const RUN = Date.now().toString(36);
const KEY = 'sk_dev_local';
const clients = [];

/** A client whose requests pass through `fault(url, init, send)`; `sent` has all requests, `pauses` all pauses. */
function client(options = {}, fault = (url, init, send) => send()) {
  const sent = [];
  const pauses = [];
  const made = new Client({
    url: address, key: KEY, transport: 'poll', firstPauseMillis: 20, random: () => 0.5,
    sleep: async (millis, signal) => {
      pauses.push(millis);
      await new Promise((resolve) => setTimeout(resolve, Math.min(millis, 20)));
      signal?.throwIfAborted();
    },
    fetch: (url, init) => {
      sent.push({ path: url.pathname, key: init.headers['Idempotency-Key'], authorization: init.headers.Authorization,
        body: init.body && JSON.parse(init.body) });
      return fault(url, init, () => fetch(url, init), sent.length);
    },
    ...options,
  });
  clients.push(made);
  return Object.assign(made, { sent, pauses });
}

const problem = (status, headers = {}) => new Response(
  JSON.stringify({ type: '/problems/test', title: 'Test', status }),
  { status, headers: { 'Content-Type': 'application/problem+json', ...headers } });

/** Performs the first request, and loses its response. */
const dropFirst = (count = 1) => async (url, init, send, number) => {
  const response = await send();
  if (number <= count) {
    throw new TypeError('connection reset');
  }
  return response;
};

async function until(condition, text) {
  const end = Date.now() + 8000;
  while (!condition()) {
    assert.ok(Date.now() < end, text);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const create = (caller, id, space, state) => caller.createEntity({ body: { id, type: 'GAME_STATE', space, state } });

const tests = {
  async 'pure functions agree with the guide'() {
    assert.equal(checksum([['a', 1], ['b', 12]]), '70d82176');
    const state = { n: 1, list: ['a', 'b', 'a'], bag: [], deep: { x: 1 } };
    assert.deepEqual(
      applyOperations(state, {
        set: { '/deep/y~1z': true }, unset: ['n', '/no/such'], increment: { '/bag/1001': 2 },
        append: { more: [1] }, remove: { list: ['a'], '/deep/none': [1] },
      }),
      { list: ['b'], bag: { 1001: 2 }, deep: { x: 1, 'y/z': true }, more: [1] });
    assert.deepEqual(state.list, ['a', 'b', 'a']);
    assert.throws(() => applyOperations(state, { increment: { list: 1 } }), TypeError);
    const polluted = applyOperations({}, JSON.parse('{"set": {"/__proto__/polluted": 1}}'));
    assert.equal({}.polluted, undefined);
    assert.equal(Object.hasOwn(polluted, '__proto__'), true);
  },

  async 'operations have parameters, bodies and responses'() {
    const caller = client();
    const created = await create(caller, `ops-${RUN}`, `ops-${RUN}`, { n: 1 });
    assert.equal(created.version, 1);
    let tag;
    const read = { entity: `ops-${RUN}`, space: `ops-${RUN}` };
    const got = await caller.getEntityState(read, { onResponse: ({ headers }) => (tag = headers.get('ETag')) });
    assert.deepEqual(got.state, { n: 1 });
    assert.equal(await caller.getEntityState({ ...read, 'If-None-Match': tag }), null);
    assert.ok((await caller.listEntities({ space: `ops-${RUN}` })).entities.length === 1);
    await assert.rejects(caller.getEntityState({}), TypeError);
  },

  async 'a refusal is a problem and is not repeated'() {
    const caller = client();
    await assert.rejects(caller.getLeaderboardSettings({ board: 'no-such-board' }), (e) =>
      e instanceof Problem && e.status === 404 && e.type === '/problems/board-not-found');
    await assert.rejects(caller.createEntity({ body: { id: 'x', type: 'GAME_STATE', state: {}, colour: 1 } }), (e) =>
      e instanceof Problem && e.status === 400 && e.field === 'colour');
    assert.equal(caller.sent.length, 2);
  },

  async 'a lost response is repeated with the same key and applied once'() {
    const caller = client({}, dropFirst());
    const created = await create(caller, `lost-${RUN}`, `lost-${RUN}`, { n: 1 });
    assert.equal(created.replayed, true);
    assert.equal(caller.sent.length, 2);
    assert.ok(caller.sent[0].key);
    assert.equal(caller.sent[0].key, caller.sent[1].key);
    const again = client({}, dropFirst());
    const updated = await again.updateEntity({ entity: `lost-${RUN}`, space: `lost-${RUN}`, body: { increment: { n: 1 } } });
    assert.equal(updated.version, 2);
    assert.equal((await again.getEntityState({ entity: `lost-${RUN}`, space: `lost-${RUN}` })).state.n, 2);
  },

  async '429 and 503 are repeated after Retry-After'() {
    const answers = [problem(429, { 'Retry-After': '3' }), problem(503, { 'Retry-After': '1' }), problem(503)];
    const caller = client({}, (url, init, send) => answers.shift() ?? send());
    await create(caller, `busy-${RUN}`, `busy-${RUN}`, {});
    assert.equal(new Set(caller.sent.map(({ key }) => key)).size, 1);
    assert.deepEqual(caller.pauses, [3000, 1000, 60]);
  },

  async 'an unknown outcome is told apart from a refusal'() {
    const down = client({ attempts: 3 }, () => Promise.reject(new TypeError('down')));
    await assert.rejects(create(down, 'x', 'x', {}), (e) =>
      e instanceof UnknownOutcome && e.idempotencyKey === down.sent[0].key && down.sent.length === 3);
    await assert.rejects(down.getUnifiedStats(), (e) => e instanceof Problem && e.status === 0);
    const busy = client({ attempts: 3 }, () => problem(503));
    await assert.rejects(create(busy, 'x', 'x', {}), (e) => e instanceof Problem && e.status === 503);
    const gateway = client({ attempts: 2 }, () => new Response('{"message": "Service Unavailable"}', { status: 503 }));
    await assert.rejects(create(gateway, 'x', 'x', {}), UnknownOutcome);
    const never = client({ attempts: 1, timeoutMillis: 30 }, (url, init) => new Promise((resolve, reject) => {
      init.signal.addEventListener('abort', () => reject(init.signal.reason));
    }));
    await assert.rejects(create(never, 'x', 'x', {}), UnknownOutcome);
  },

  async 'a call is cancelled by its signal'() {
    const control = new AbortController();
    const caller = client({}, () => {
      control.abort();
      return Promise.reject(new TypeError('down'));
    });
    await assert.rejects(caller.getUnifiedStats({}, { signal: control.signal }), { name: 'AbortError' });
    assert.equal(caller.sent.length, 1);
  },

  async 'a token is renewed before it expires and after a 401, once for concurrent calls'() {
    const server = client();
    let renewals = 0;
    const token = async () => {
      renewals++;
      const issued = await server.createPlayerToken({ player: `p-${RUN}`, body: { spaces: [`tok-${RUN}`] } });
      return renewals === 1 ? { ...issued, expiresAt: new Date(Date.now() + 1000).toISOString() } : issued;
    };
    let refused = false;
    const player = client({ key: undefined, token }, (url, init, send) => {
      const now = renewals === 2 && !refused;
      refused ||= now;
      return now ? problem(401) : send();
    });
    await player.listEntities({ space: `tok-${RUN}` });
    assert.equal(renewals, 1);
    await player.listEntities({ space: `tok-${RUN}` });
    assert.equal(renewals, 3);
    await Promise.all([1, 2, 3].map(() => player.listEntities({ space: `tok-${RUN}` })));
    assert.equal(renewals, 3);
  },

  async 'a replica follows, shows updates at once, and rebases them'() {
    const space = `replica-${RUN}`;
    const server = client();
    await create(server, 'round', space, { n: 1, map: 'harbour' });
    let hold = Promise.resolve();
    const player = client({}, async (url, init, send) => {
      if (init.body?.includes('"updates"')) {
        await hold;
      }
      return send();
    });
    const replica = player.replica(space);
    assert.equal(player.replica(space), replica);
    await replica.ready;
    assert.deepEqual(replica.get('round'), { n: 1, map: 'harbour' });
    assert.equal(replica.get('nobody'), undefined);

    let release;
    hold = new Promise((resolve) => (release = resolve));
    const result = replica.update('round', { increment: { n: 10 } });
    assert.equal(replica.get('round').n, 11);
    assert.equal(replica.entity('round').pending, true);
    await server.updateEntity({ entity: 'round', space, body: { increment: { n: 5 }, set: { map: 'moon' } } });
    await until(() => replica.get('round').n === 16, 'the update is not rebased');
    assert.equal(replica.get('round').map, 'moon');
    release();
    assert.equal((await result).version, 3);
    await until(() => !replica.entity('round').pending, 'the update is not confirmed');
    assert.equal(replica.entity('round').version, 3);
    assert.equal(replica.get('round').n, 16);

    hold = Promise.resolve();
    const refused = replica.update('round', { increment: { n: -100 }, guard: { '/n': { min: 0 } } });
    assert.equal(replica.get('round').n, -84);
    await assert.rejects(refused, (e) => e instanceof Problem && e.type === '/problems/guard-failed');
    assert.equal(replica.get('round').n, 16);

    await create(server, 'second', space, {});
    await until(() => replica.entities().length === 2, 'the created entity did not arrive');
    await server.deleteEntity({ entity: 'second', space });
    await until(() => replica.get('second') === undefined, 'the deletion did not arrive');
  },

  async 'updates of lost, repeated and refused requests are applied once'() {
    const space = `once-${RUN}`;
    const server = client();
    await create(server, 'counter', space, { n: 0 });
    let number = 0;
    const player = client({}, async (url, init, send) => {
      if (!init.body?.includes('"updates"')) {
        return send();
      }
      number++;
      if (number % 4 === 0) {
        return problem(503, { 'Retry-After': '0' });
      }
      const response = await send();
      if (number % 4 === 1) {
        throw new TypeError('connection reset');
      }
      return number % 4 === 2 ? send() : response; // Delivered twice.
    });
    const replica = await player.replica(space).ready;
    for (let i = 0; i < 5; i++) {
      await Promise.all([1, 2, 3, 4].map(() => replica.update('counter', { increment: { n: 1 } })));
    }
    await until(() => !replica.entity('counter').pending, 'the updates are not confirmed');
    assert.equal(replica.get('counter').n, 20);
    assert.equal((await server.getEntityState({ entity: 'counter', space })).state.n, 20);
  },

  async 'a divergence is noticed and mended with a snapshot'() {
    const space = `diverged-${RUN}`;
    const server = client();
    await create(server, 'a', space, { n: 1 });
    let corrupt = false;
    const player = client({}, async (url, init, send) => {
      const response = await send();
      const body = await response.clone().json();
      const feed = body.spaces?.[space];
      if (corrupt && feed?.commits.length > 0) {
        corrupt = false;
        feed.commits = [];
        return new Response(JSON.stringify(body), { headers: response.headers });
      }
      return response;
    });
    const replica = await player.replica(space).ready;
    let resyncs = 0;
    replica.on('resync', () => resyncs++);
    corrupt = true;
    await server.updateEntity({ entity: 'a', space, body: { increment: { n: 1 } } });
    await until(() => replica.get('a').n === 2, 'the replica is not mended');
    assert.equal(resyncs, 1);
    assert.equal(replica.checksum(), checksum([['a', 2]]));
  },

  async 'a socket delivers, drops repeated frames, fills gaps, and resumes from the cursor'() {
    const space = `socket-${RUN}`;
    const server = client();
    await create(server, 'a', space, { n: 0 });
    const sockets = [];
    let fault;
    class FaultySocket extends WebSocket {
      constructor(...request) {
        super(...request);
        sockets.push(this);
      }
      send(text) {
        (this.frames ??= []).push(JSON.parse(text));
        super.send(text);
      }
      addEventListener(name, listener) {
        super.addEventListener(name, name !== 'message' ? listener : (event) => {
          const times = JSON.parse(event.data).op === 'changes' && fault ? fault() : 1;
          for (let i = 0; i < times; i++) {
            listener(event);
          }
        });
      }
    }
    const player = client({ transport: 'socket', WebSocket: FaultySocket });
    const replica = await player.replica(space).ready;
    const add = () => server.updateEntity({ entity: 'a', space, body: { increment: { n: 1 } } });
    const reaches = (n) => until(() => replica.get('a').n === n, `${n} did not arrive: ${replica.get('a').n}`);
    await add();
    await reaches(1);
    fault = () => 2;
    await add();
    await reaches(2);
    let lost = 0;
    fault = () => (lost++ === 0 ? 0 : 1);
    await add();
    await until(() => lost > 0, 'no frame was lost');
    await add();
    await reaches(4);
    fault = undefined;
    const { cursor } = replica;
    sockets[0].close();
    await add();
    await reaches(5);
    assert.equal(sockets.length, 2);
    assert.equal(sockets[1].frames[0].cursors[space], cursor);
    assert.equal((await replica.update('a', { increment: { n: 1 } })).version, 7);
    await until(() => !replica.entity('a').pending && replica.get('a').n === 6, 'the update is not confirmed');
  },

  async 'a socket that is refused with 401 is opened again with a new token, after a pause'() {
    const sockets = [];
    class Refusing extends EventTarget {
      constructor(url, [, token]) {
        super();
        this.token = token;
        this.openedAt = Date.now();
        this.readyState = 1;
        sockets.push(this);
        setTimeout(() => this.dispatchEvent(new Event('open')));
      }
      send(text) {
        const data = JSON.stringify({ op: 'problem', id: JSON.parse(text).id, problem: { status: 401 } });
        queueMicrotask(() => this.dispatchEvent(Object.assign(new Event('message'), { data })));
      }
      close() {}
    }
    let renewals = 0;
    const player = client({ key: undefined, transport: 'socket', WebSocket: Refusing, token: async () => `t${++renewals}` });
    player.replica('refused');
    await until(() => sockets.length === 2, 'the socket is not opened again');
    assert.deepEqual(sockets.map(({ token }) => token), ['t1', 't2']);
    assert.ok(sockets[1].openedAt - sockets[0].openedAt >= 500);
  },

  async 'without a socket a client polls'() {
    const space = `fallback-${RUN}`;
    const server = client();
    await create(server, 'a', space, {});
    class Broken extends EventTarget {
      constructor() {
        super();
        queueMicrotask(() => this.dispatchEvent(new Event('close')));
      }
      close() {}
    }
    const player = client({ transport: 'auto', WebSocket: Broken });
    const replica = await player.replica(space).ready;
    assert.deepEqual(replica.get('a'), {});
    assert.equal(player.connected, true);
  },
};

let failed = 0;
await Promise.all(Object.entries(tests).map(async ([name, test]) => {
  if (name.includes('socket delivers') && typeof WebSocket === 'undefined') {
    console.log(`skipped ${name}: this Node.js has no WebSocket`);
    return;
  }
  try {
    await test();
    console.log(`ok ${name}`);
  } catch (e) {
    failed++;
    console.log(`failed ${name}\n${e.stack}`);
  }
}));
clients.forEach((one) => one.close());
console.log(`${Object.keys(tests).length} tests, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
