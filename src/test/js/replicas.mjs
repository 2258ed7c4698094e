// Replicas of spaces over long polls.

import assert from 'node:assert/strict';
import { checksum, client, create, Problem, problem, RUN, until } from './harness.mjs';

export default {
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

  async 'a change that does not fit a damaged copy brings a snapshot'() {
    const space = `damaged-${RUN}`;
    const server = client();
    const text = 'a text that is long enough for changes to be sent as differences';
    await create(server, 'a', space, { deep: { n: 1 }, text });
    let damage = true;
    const player = client({}, async (url, init, send) => {
      const response = await send();
      const body = await response.json();
      if (damage && body.spaces?.[space]?.snapshot) {
        damage = false;
        body.spaces[space].snapshot.entities[0].state.deep = 'damaged';
      }
      return Response.json(body, { status: response.status });
    });
    const replica = await player.replica(space).ready;
    assert.equal(replica.get('a').deep, 'damaged');
    await server.updateEntity({ entity: 'a', space, body: { increment: { '/deep/n': 1 } } });
    await until(() => replica.get('a').deep.n === 2, 'the replica is not mended');
  },

  async 'a replica of a player follows entities of several spaces, and those that join and leave'() {
    const player = `feed-${RUN}`;
    const spaces = [`feed1-${RUN}`, `feed2-${RUN}`];
    const server = client();
    for (const space of spaces) {
      await create(server, 'a', space, { n: 1 });
    }
    await server.replicateToPlayer({ entity: 'a', space: spaces[0], player });
    const device = client();
    const replica = await device.playerReplica(player).ready;
    assert.equal(device.playerReplica(player), replica);
    assert.throws(() => device.playerReplica('somebody'), /follows the player/);
    assert.deepEqual(replica.get('a', spaces[0]), { n: 1 });
    assert.equal(replica.get('a', spaces[1]), undefined);
    await server.replicateToPlayer({ entity: 'a', space: spaces[1], player });
    await until(() => replica.get('a', spaces[1]), 'the entity did not join');
    await replica.update('a', { increment: { n: 1 } }, { space: spaces[1] });
    await server.updateEntity({ entity: 'a', space: spaces[0], body: { increment: { n: 4 } } });
    await until(() => replica.get('a', spaces[0]).n === 5 && !replica.entity('a', spaces[1]).pending, 'no change arrived');
    assert.deepEqual(replica.entities().map(({ space, state }) => [space, state.n]), [[spaces[0], 5], [spaces[1], 2]]);
    assert.equal(replica.checksum(), checksum([[`${spaces[0]}/a`, 2], [`${spaces[1]}/a`, 2]]));
    await server.stopReplicatingToPlayer({ entity: 'a', space: spaces[0], player });
    await until(() => replica.entities().length === 1, 'the entity did not leave');
  },

  async 'calls and replicas use the schema version of the client'() {
    const admin = client();
    const scopes = ['state:read', 'state:write', 'migrate:read', 'migrate:run', 'state:admin'];
    const { key } = await admin.createKey({ body: { name: 'js', game: `js-${RUN}`, scopes } });
    const server = client({ key });
    await create(server, 'a', 'room', { gold: 1 });
    await server.registerMigration({ body: {
      version: '1.1.0', description: 'Gold', target: { entityType: 'GAME_STATE' },
      up: { operations: [{ op: 'rename', from: '/gold', path: '/coins' }] },
      down: { operations: [{ op: 'rename', from: '/coins', path: '/gold' }] },
    } });
    await server.applyPendingMigrations({ waitMillis: 10_000, body: {} });
    const old = client({ key, schemaVersion: '1.0.0' });
    const replica = await old.replica('room').ready;
    assert.deepEqual(replica.get('a'), { gold: 1 });
    await replica.update('a', { increment: { gold: 2 } });
    await until(() => !replica.entity('a').pending, 'the update is not confirmed');
    assert.deepEqual(replica.get('a'), { gold: 3 });
    const input = { entity: 'a', space: 'room' };
    assert.deepEqual((await old.updateEntity({ ...input, body: { increment: { gold: 1 } } })).state, { gold: 4 });
    assert.deepEqual((await old.getEntityState(input)).state, { gold: 4 });
    assert.deepEqual((await server.getEntityState(input)).state, { coins: 4 });
    const session = await old.openSession('a', { space: 'room' });
    assert.deepEqual(session.state, { gold: 4 });
    await session.end({ increment: { gold: 1 } });
    assert.deepEqual((await server.getEntityState(input)).state, { coins: 5 });
    // A call may name another version than the client.
    assert.deepEqual((await old.getEntityState({ ...input, schemaVersion: '1.1.0' })).state, { coins: 5 });
  },
};
