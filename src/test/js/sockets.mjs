// Replicas of spaces over sockets.

import assert from 'node:assert/strict';
import { checksum, client, create, RUN, until } from './harness.mjs';

export default {
  async 'a socket delivers, drops repeated frames, fills gaps, and resumes from the cursor'() {
    if (typeof WebSocket === 'undefined') {
      return 'this Node.js has no WebSocket';
    }
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
    return undefined;
  },

  async 'a session and a player are followed over a socket'() {
    if (typeof WebSocket === 'undefined') {
      return 'this Node.js has no WebSocket';
    }
    const space = `socksess-${RUN}`;
    const server = client({ transport: 'socket' });
    const other = client();
    const session = await server.openSession('hero', { space, type: 'GAME_STATE', state: { n: 1 } });
    const replica = await server.playerReplica(`p-${RUN}`).ready;
    const events = [];
    session.on('message', ({ id }) => events.push(id));
    session.on('wanted', ({ by }) => events.push(by));
    await other.sendMessage({ entity: 'hero', space, body: { id: 'gift', body: {} } });
    await until(() => events.includes('gift'), 'the message did not arrive');
    await other.replicateToPlayer({ entity: 'hero', space, player: `p-${RUN}` });
    await until(() => replica.get('hero', space)?.n === 1, 'the entity did not join');
    await session.update({ set: { n: 2 }, acknowledge: ['gift'] });
    await until(() => replica.get('hero', space).n === 2, 'the change did not arrive');
    assert.equal(replica.checksum(), checksum([[`${space}/hero`, replica.entity('hero', space).version]]));
    const next = other.openSession('hero', { space, holder: 'next' });
    await until(() => events.includes('next'), 'the session is not wanted');
    await session.end({ increment: { n: 1 } });
    assert.equal((await next).state.n, 3);
    return undefined;
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
