// Calls: retries, problems, tokens.

import assert from 'node:assert/strict';
import { applyOperations, checksum, client, create, dropFirst, Problem, problem, RUN, signature, UnknownOutcome } from './harness.mjs';

export default {
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

  async 'a signature is that of the guide'() {
    const key = 'sk_0123456789ab_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';
    assert.equal(
      await signature(key, {
        method: 'POST', url: 'https://example.org/v1/leaderboards/race%3A1/scores?rank=false',
        body: '{"playerId": "ada", "value": 1500}', timestamp: 1780000000, nonce: 'abcdefghijklmnop',
      }),
      'HMAC-SHA256 keyId=0123456789ab,timestamp=1780000000,nonce=abcdefghijklmnop,'
        + 'content=b29970e6e8a6f4f1ef3719dea8fb5a375ae6b028e0195d741c3e56585beb8033,'
        + 'signature=59e6069afa55fa13d935537f66496c2a466d63978dff9164fb3ad7a1f7ab7463');
  },

  async 'requests are signed, each attempt with a nonce of its own and the time of the server'() {
    const scopes = ['state:read', 'state:write'];
    const { key } = await client().createKey({ body: { name: `signed-${RUN}`, scopes, signed: true } });
    const caller = client({ key, signed: true }, dropFirst());
    const space = `signed:${RUN}@x`;
    assert.equal((await create(caller, `hero:1@${RUN}`, space, { text: 'ü' })).replayed, true);
    assert.deepEqual((await caller.getEntityState({ entity: `hero:1@${RUN}`, space })).state, { text: 'ü' });
    assert.equal(new Set(caller.sent.map(({ authorization }) => authorization)).size, 3);
    assert.ok(caller.sent.every(({ authorization }) => !authorization.includes(key.split('_').slice(2).join('_'))));
    const replica = await caller.replica(space).ready;
    await replica.update(`hero:1@${RUN}`, { set: { text: 'a' } });
    assert.match(await caller.socketToken(), /^eyJ/);
    await assert.rejects(client({ key }).listEntities({ space }), (e) => e.status === 401);
    let answers = 0;
    const wrongClock = { key, signed: true, now: () => Date.now() + 3_600_000 };
    const late = client(wrongClock, async (url, init, send) => {
      answers++;
      return send();
    });
    assert.equal((await late.listEntities({ space })).entities.length, 1);
    assert.equal(answers, 2);
    await late.listEntities({ space });
    assert.equal(answers, 3);
  },
};
