// Sessions over long polls; sockets.mjs has a session over a socket.

import assert from 'node:assert/strict';
import { client, Problem, RUN, until } from './harness.mjs';

const open = (caller, id, options) =>
  caller.openSession(id, { space: `sessions-${RUN}`, type: 'GAME_STATE', state: { coins: 100 }, ...options });

const message = (caller, entity, id, body = {}) =>
  caller.sendMessage({ entity, space: `sessions-${RUN}`, body: { id, body } });

export default {
  async 'a session waits for its holder, who hands it over with the last update'() {
    const [first, second] = [client(), client()];
    const held = await open(first, 'hand-over');
    assert.equal(held.isActive, true);
    assert.deepEqual(held.state, { coins: 100 });
    await assert.rejects(open(first, 'hand-over'), /has the session/);
    const twice = await Promise.allSettled([open(first, 'twice'), open(first, 'twice')]);
    assert.deepEqual(twice.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await assert.rejects(open(second, 'hand-over', { holder: `second-${RUN}`, waitMillis: 0 }), (e) =>
      e instanceof Problem && e.type === '/problems/session-held');
    let wanted;
    held.on('wanted', ({ by }) => {
      wanted = by;
      held.end({ increment: { coins: -1 } });
    });
    const next = await open(second, 'hand-over', { holder: `second-${RUN}` });
    assert.equal(wanted, `second-${RUN}`);
    assert.deepEqual([held.isActive, next.state.coins], [false, 99]);
    assert.ok(next.fence > held.fence);
    await assert.rejects(held.update({ increment: { coins: 1 } }), (e) => e.type === '/problems/session-lost');
    await next.end();
    assert.equal((await open(first, 'hand-over', { waitMillis: 0 })).state.coins, 99);
  },

  async 'a stolen session is lost: its late updates change nothing'() {
    const [first, second] = [client(), client()];
    const silent = client({}, (url, init, send) =>
      (init.body?.includes('"sessions"') ? Promise.reject(new TypeError('down')) : send()));
    const held = await open(first, 'stolen');
    const writing = await open(silent, 'stolen-2');
    const lost = [];
    held.on('lost', (problem) => lost.push(problem.type));
    writing.on('lost', (problem) => lost.push(problem.type));
    const thief = await open(second, 'stolen', { steal: true });
    assert.equal(thief.previousHolder, held.holder);
    await open(second, 'stolen-2', { steal: true });
    const late = writing.update({ increment: { coins: 1000 } });
    assert.equal(writing.state.coins, 1100);
    await assert.rejects(late, (e) => e.type === '/problems/session-lost');
    assert.equal(writing.state.coins, 100);
    await until(() => lost.length === 2, 'the loss was not noticed');
    assert.deepEqual([lost[0], held.isActive], ['/problems/session-lost', false]);
  },

  async 'a message is applied once, in the commit that acknowledges it'() {
    let drop = true;
    const server = client({}, async (url, init, send) => {
      const response = await send();
      if (drop && init.body?.includes('acknowledge')) {
        drop = false;
        throw new TypeError('connection reset');
      }
      return response;
    });
    const other = client();
    const session = await open(server, 'messages');
    const arrived = [];
    session.on('message', ({ id, body }) => {
      arrived.push(id);
      session.update({ increment: { coins: body.coins }, acknowledge: [id] }).catch(console.error);
    });
    await message(other, 'messages', 'one', { coins: 5 });
    await message(other, 'messages', 'one', { coins: 5 });
    await message(other, 'messages', 'two', { coins: 7 });
    await until(() => session.version > 2 && session.messages.length === 0 && session.state.coins === 112, 'not applied');
    assert.deepEqual(arrived, ['one', 'two']);
    const again = session.update({ increment: { coins: 5 }, acknowledge: ['one'] });
    await assert.rejects(again, (e) => e.type === '/problems/message-not-waiting');
    assert.equal(session.state.coins, 112);
    await session.end();
  },

  async 'heartbeats keep a session while nothing else happens'() {
    const server = client();
    const session = await open(server, 'alive', { ttlSeconds: 10 });
    const isHeartbeat = ({ body }) => body?.sessions?.some(({ entityId }) => entityId === 'alive');
    await until(() => server.sent.filter(isHeartbeat).length >= 2, 'no heartbeats');
    assert.equal(session.isActive, true);
  },

  async 'the end of a session is repeated after a lost response'() {
    let count = 0;
    const server = client({}, async (url, init, send) => {
      const response = await send();
      if ((init.method === 'DELETE' || init.body?.includes('endSession')) && count++ % 2 === 0) {
        throw new TypeError('connection reset');
      }
      return response;
    });
    const first = await open(server, 'end-1');
    let ended = 0;
    first.on('end', () => ended++);
    first.update({ increment: { coins: 1 } });
    await first.end();
    const second = await open(server, 'end-1', { waitMillis: 0 });
    assert.equal(second.state.coins, 101);
    await second.end({ increment: { coins: 1 } });
    assert.equal((await open(server, 'end-1', { waitMillis: 0 })).state.coins, 102);
    assert.deepEqual([count, ended], [4, 1]);
  },

  async 'the start of a session can be cancelled, and is repeated with the same holder'() {
    const [first, second] = [client(), client()];
    await open(first, 'cancel');
    const control = new AbortController();
    const waiting = open(second, 'cancel', { signal: control.signal });
    control.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
    let drops = 7;
    const unlucky = client({}, async (url, init, send) => {
      const response = await send();
      if (drops-- > 0) {
        throw new TypeError('connection reset');
      }
      return response;
    });
    assert.equal((await open(unlucky, 'unlucky')).fence, 1);
    assert.equal(drops, -1);
  },
};
