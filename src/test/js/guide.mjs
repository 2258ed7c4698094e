// The JavaScript of the guides runs, and each exported function of it is called.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { start } from '../conformance/server.mjs';
import { address, checksum, client, create, folder, KEY, RUN, until } from './harness.mjs';

const page = (name) => readFileSync(new URL(`../../site/markdown/${name}.md`, import.meta.url), 'utf8');
const CLIENT = new URL('statecraft.js', pathToFileURL(folder + '/')).href;

/** The exports of the JavaScript blocks of a page that have exports, and the names that were used. */
async function blocks(name) {
  const all = {};
  const used = new Set();
  for (const [, block] of page(name).matchAll(/```js\n(.*?)```/gs)) {
    if (!/^export /m.test(block)) {
      continue;
    }
    const source = block.replaceAll('"@statecraft/client"', `"${CLIENT}"`)
      .replaceAll('"./client/statecraft.js"', `"${CLIENT}"`)
      .replaceAll('"http://localhost:8080"', `"${address}"`);
    Object.assign(all, await import('data:text/javascript,' + encodeURIComponent(source)));
  }
  const guide = new Proxy(all, {
    get(target, name) {
      used.add(name);
      return target[name];
    },
  });
  return { guide, unused: () => Object.keys(all).filter((name) => !used.has(name)) };
}

export default {
  async 'the code of the web guide runs'() {
    process.env.STATECRAFT_URL = address;
    process.env.STATECRAFT_KEY = KEY;
    const { guide, unused } = await blocks('web');
    const admin = client();
    const player = `guide-${RUN}`;
    await guide.create(admin, { id: 'sky', type: 'GAME_STATE', space: 'lobby', state: { stars: 3 } });
    assert.equal(
      await guide.create(admin, { id: 'sky', type: 'GAME_STATE', space: 'lobby', state: {} }, { idempotencyKey: RUN }),
      undefined);
    await admin.putLeaderboard({ board: 'clicks', body: { rankingType: 'POINTS' } });
    assert.equal((await guide.click(player)).newValue, 1);

    // The page.
    const session = await guide.session(player);
    assert.equal(session.player, player);
    const original = globalThis.fetch;
    globalThis.fetch = (...request) => (request[0] === '/session' ? Response.json(session) : original(...request));
    try {
      assert.ok((await guide.board()).some((entry) => entry.playerId === player));
      const seen = [];
      const space = await guide.follow(guide.client, (id) => seen.push(id));
      await space.create(`avatar-${player}`, 'PLAYER_DATA', { dances: 0 });
      await guide.dance(space, `avatar-${player}`);
      assert.equal((await guide.danceSoon(space, `avatar-${player}`)).state.dances, 2);
      await guide.flash(space, `star-${RUN}`);
      await until(() => seen.includes(`star-${RUN}`) && !space.get(`star-${RUN}`), 'the star does not show');
    } finally {
      globalThis.fetch = original;
      guide.client.close();
    }
    await guide.create(admin, { id: 'bag', type: 'GAME_STATE', space: 'vault', state: { rope: 1 } });
    await admin.replicateToPlayer({ entity: 'bag', space: 'vault', player });
    assert.deepEqual(await guide.inventory(admin, player, () => {}), { rope: 1 });

    // Sessions.
    const profile = await guide.play(admin, player);
    assert.equal(await guide.buy(profile, 'sword', 30), 70);
    await admin.sendMessage({ entity: profile.entityId, body: { id: 'gift', body: { coins: 50 } } });
    await until(() => profile.state.coins === 120, 'the gift did not arrive');
    const next = await client().openSession(profile.entityId, { holder: 'server-2' });
    assert.ok(next.state.leftAt);
    await next.end();

    // Releases and signatures.
    const old = guide.release({ url: address, key: KEY });
    await assert.rejects(old.listEntities({ space: 'lobby', type: 'NONE', schemaVersion: '0.0.0.0' }), { status: 400 });
    const { key } = await admin.createKey({ body: { name: player, scopes: ['board:read'], signed: true } });
    const signing = guide.signing(address, key);
    assert.ok((await signing.listLeaderboards()).leaderboards.length > 0);
    assert.ok((await guide.boards(address, key)).leaderboards.length > 0);
    assert.deepEqual(unused(), []);
  },

  async 'the runner of the guide for other engines runs'() {
    const { guide, unused } = await blocks('other-engines');
    const server = await start(address, KEY);
    const mine = { computeChecksum: (step) => assert.equal(checksum(step.versions), step.checksum) };
    const results = await guide.run(server.address, { mine, server: ['request', 'fault', 'offline'] });
    server.close();
    assert.deepEqual(results.filter((result) => !result.includes('skipped: the client has no')),
      ['checksum: the checksums of the documentation: ok']);
    assert.ok(results.length > 40);
    assert.deepEqual(unused(), []);
  },
};
