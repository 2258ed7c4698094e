// Writes of replicas: order, unknown outcomes, and entities that are created and deleted.

import assert from 'node:assert/strict';
import { client, create, Problem, problem, RUN, UnknownOutcome, until } from './harness.mjs';

export default {
  async 'updates of an entity keep their order after 429, 503 and lost responses'() {
    const space = `order-${RUN}`;
    const server = client();
    await create(server, 'log', space, { list: [] });
    await create(server, 'other', space, { n: 0 });
    const busy = { status: 503, problem: { type: '/problems/unavailable', title: 'Unavailable', status: 503 } };
    let number = 0;
    const sent = [];
    const player = client({}, async (url, init, send) => {
      const body = JSON.parse(init.body ?? '{}');
      if (!body.updates) {
        return send();
      }
      sent.push(body.updates.map(({ mutationId }) => mutationId));
      switch (number++ % 6) {
        case 0: // Refused as a whole.
          return problem(number % 4 === 1 ? 429 : 503, { 'Retry-After': '0' });
        case 1: // Applied, and the response is lost.
          await send();
          throw new TypeError('connection reset');
        case 2: { // The space is busy: all of its updates are refused.
          return Response.json({ results: body.updates.map(() => busy), spaces: {}, nextPollMillis: 1 });
        }
        case 3: // A gateway's response.
          return new Response('{"message": "Endpoint request timed out"}', { status: 504 });
        default:
          return send();
      }
    });
    const replica = await player.replica(space).ready;
    const results = [];
    for (let i = 0; i < 60; i++) {
      results.push(replica.update('log', { append: { list: [i] } }));
      results.push(replica.update('other', { increment: { n: 1 } }));
      if (i % 20 === 19) {
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    }
    assert.deepEqual(replica.get('log').list, [...Array(60).keys()]);
    await Promise.all(results);
    const read = (entity) => server.getEntityState({ entity, space });
    assert.deepEqual((await read('log')).state.list, [...Array(60).keys()]);
    assert.equal((await read('other')).state.n, 60);
    const order = [...new Set(sent.flat())];
    assert.equal(order.length, 120);
    for (const ids of sent) {
      const at = ids.map((id) => order.indexOf(id));
      assert.deepEqual(at, [...at].sort((a, b) => a - b), 'an update overtook another');
    }
  },

  async 'an update that is refused for now is not overtaken by a later one'() {
    const space = `held-${RUN}`;
    const server = client();
    await create(server, 'a', space, { list: [] });
    let refusals = 8;
    const player = client({}, (url, init, send) =>
      (init.body?.includes('"updates"') && refusals-- > 0 ? problem(503) : send()));
    const replica = await player.replica(space).ready;
    const first = replica.update('a', { append: { list: [1] } });
    await until(() => refusals < 7, 'nothing was sent');
    const second = replica.update('a', { append: { list: [2] } });
    assert.deepEqual((await first).state.list, [1]);
    assert.deepEqual((await second).state.list, [1, 2]);
  },

  async 'a write whose signal is aborted is given up: its outcome is unknown if it was sent'() {
    const space = `abort-${RUN}`;
    const server = client();
    await create(server, 'a', space, { n: 1 });
    let isDown = true;
    const player = client({}, (url, init, send) =>
      (init.body?.includes('"updates"') && isDown ? Promise.reject(new TypeError('down')) : send()));
    const replica = await player.replica(space).ready;
    const control = new AbortController();
    const sent = replica.update('a', { increment: { n: 1 }, mutationId: `m-${RUN}` }, { signal: control.signal });
    await until(() => player.sent.filter(({ body }) => body?.updates).length > 1, 'it is not repeated');
    const kept = replica.update('a', { increment: { n: 10 } });
    control.abort();
    await assert.rejects(sent, (e) => e instanceof UnknownOutcome && e.idempotencyKey === `m-${RUN}`);
    await assert.rejects(replica.update('a', { set: { n: 0 } }, { signal: control.signal }), { name: 'AbortError' });
    assert.equal(replica.get('a').n, 11);
    isDown = false;
    assert.equal((await kept).state.n, 11);
    const closing = client({}, (url, init, send) => (init.body?.includes('"updates"') ? problem(503) : send()));
    const unsent = (await closing.replica(space).ready).update('a', { set: { n: 0 } });
    closing.close();
    await assert.rejects(unsent, /was closed/);
  },

  async 'an entity is created, updated and deleted at once, in this order, on a bad network'() {
    const space = `created-${RUN}`;
    let number = 0;
    const player = client({}, async (url, init, send) => {
      if (init.method === 'GET' || (url.pathname === '/v1/sync' && !init.body.includes('"updates"'))) {
        return send();
      }
      switch (number++ % 3) {
        case 0:
          await send();
          throw new TypeError('connection reset');
        case 1:
          return problem(503);
        default:
          return send();
      }
    });
    const replica = await player.replica(space).ready;
    const seen = [];
    replica.on('change', ({ id, state }) => seen.push(state && { ...state }));
    const created = replica.create('tower', 'GAME_STATE', { hp: 10 }, { owner: 'ada' });
    assert.deepEqual(replica.entity('tower'),
      { id: 'tower', space, type: 'GAME_STATE', version: 0, state: { hp: 10 }, pending: true });
    const updated = replica.update('tower', { increment: { hp: -3 } });
    assert.deepEqual(replica.entities().map(({ state }) => state), [{ hp: 7 }]);
    assert.equal((await created).owner, 'ada');
    assert.equal((await updated).version, 2);
    await until(() => !replica.entity('tower').pending, 'the entity is not confirmed');
    assert.deepEqual(replica.get('tower'), { hp: 7 });
    const deleted = replica.delete('tower');
    assert.equal(replica.get('tower'), undefined);
    const again = replica.create('tower', 'GAME_STATE', { hp: 1 });
    assert.deepEqual(replica.get('tower'), { hp: 1 });
    await deleted;
    assert.equal((await again).version, 4);
    await until(() => !replica.entity('tower').pending, 'the second entity is not confirmed');
    assert.equal(replica.entity('tower').version, 4);
    // Nothing that was shown was taken back.
    assert.deepEqual(seen.filter((state, i) => i === 0 || state?.hp !== seen[i - 1]?.hp),
      [{ hp: 10 }, { hp: 7 }, undefined, { hp: 1 }]);
  },

  async 'a refused creation or deletion is taken back, on top of what arrives'() {
    const space = `refused-${RUN}`;
    const server = client();
    let hold = Promise.resolve();
    const player = client({}, async (url, init, send) => {
      if (url.pathname !== '/v1/sync') {
        await hold;
      }
      return send();
    });
    const replica = await player.replica(space).ready;
    let release;
    hold = new Promise((resolve) => (release = resolve));
    const mine = replica.create('flag', 'GAME_STATE', { team: 'red' });
    const refused = assert.rejects(mine, (e) => e instanceof Problem && e.type === '/problems/entity-exists');
    await create(server, 'flag', space, { team: 'blue' });
    await until(() => replica.get('flag').team === 'blue', 'the creation is not rebased');
    release();
    await refused;
    assert.deepEqual([replica.get('flag').team, replica.entity('flag').pending], ['blue', false]);
    const token = await server.createPlayerToken({ player: 'eve', body: { spaces: [space], write: true } });
    const eve = client({ key: undefined, token: token.token });
    const view = await eve.replica(space).ready;
    const deleting = view.delete('flag');
    assert.equal(view.get('flag'), undefined);
    await assert.rejects(deleting, (e) => e instanceof Problem && e.status === 403);
    assert.equal(view.get('flag').team, 'blue');
    await assert.rejects(replica.delete('nobody'), (e) => e.type === '/problems/entity-not-found');
  },

  async 'requests shrink to the limits of the server'() {
    const space = `limits-${RUN}`;
    const server = client();
    await create(server, 'log', space, { list: [] });
    const sizes = [];
    const player = client({}, (url, init, send) => {
      const updates = JSON.parse(init.body ?? '{}').updates ?? [];
      sizes.push(updates.length);
      const status = updates.length > 8 ? 413 : 429;
      return updates.length > 5
        ? Response.json({ status, field: 'updates' }, { status, headers: { 'Content-Type': 'application/problem+json' } })
        : send();
    });
    const replica = await player.replica(space).ready;
    await Promise.all([...Array(20).keys()].map((i) => replica.update('log', { append: { list: [i] } })));
    assert.deepEqual((await server.getEntityState({ entity: 'log', space })).state.list, [...Array(20).keys()]);
    assert.ok(Math.max(...sizes) === 20 && sizes.filter((size) => size > 5).length <= 3, String(sizes));
  },
};
