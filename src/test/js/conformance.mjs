// Runs the conformance list with @statecraft/client. Arguments: address of the application, folder of the client, and
// optionally a part of the names of cases.

import assert from 'node:assert/strict';
import { difference, start } from '../conformance/server.mjs';
import { address, checksum, Client, folder, KEY, until } from './harness.mjs';

const CASES_AT_ONCE = 8;

assert.ok(folder, 'node conformance.mjs ADDRESS CLIENT-FOLDER [NAME]');
const server = await start(address, KEY);

async function control(path, body) {
  const response = await fetch(server.address + path, { method: body ? 'POST' : 'GET', body: body && JSON.stringify(body) });
  const answer = await response.json();
  assert.ok(response.ok, answer.failure);
  return answer;
}

/** The clients, copies and sessions of one case. */
class Case {
  #clients = new Map();
  #sessions = new Map();
  #started = new Map();

  close() {
    this.#clients.forEach((client) => client.close());
  }

  #client({ client }) {
    if (!this.#clients.has(client)) {
      this.#clients.set(client, new Client({
        url: `${server.address}/clients/${client}`, key: KEY, transport: 'poll', clientId: client,
      }));
    }
    return this.#clients.get(client);
  }

  #replica(step) {
    const client = this.#client(step);
    return step.player === undefined ? client.replica(step.space) : client.playerReplica(step.player);
  }

  #session({ client, entity }) {
    return this.#sessions.get(`${client} ${entity}`);
  }

  /** Compares the end of a call with what the step expects of it; without `as` it waits for the end. */
  async #outcome(step, promise) {
    const ended = promise.then((result) => ({ result }), (refused) => ({ refused }));
    if (step.as) {
      this.#started.set(step.as, ended);
      return;
    }
    const { result, refused } = await ended;
    const wanted = step.refused ?? step.result ?? {};
    assert.equal(refused !== undefined, step.refused !== undefined, refused?.message ?? 'it was not refused');
    assert.equal(difference(wanted, refused ? refused.body : result), undefined);
  }

  await(step) {
    const ended = this.#started.get(step.as).then(({ result, refused }) => refused ? Promise.reject(refused) : result);
    return this.#outcome({ ...step, as: undefined }, ended);
  }

  follow(step) {
    return this.#replica(step).ready;
  }

  create(step) {
    return this.#outcome(step, this.#replica(step).create(step.entity, step.type, step.state));
  }

  update(step) {
    return this.#outcome(step, this.#replica(step).update(step.entity, step.update));
  }

  delete(step) {
    return this.#outcome(step, this.#replica(step).delete(step.entity));
  }

  expectState(step) {
    const { entity, space, state, version, absent } = step;
    let found;
    return until(() => {
      const got = this.#replica(step).entity(entity, space);
      found = JSON.stringify(got);
      return absent ? !got : got && !got.pending && !difference(state, got.state)
        && Object.keys(state).length === Object.keys(got.state).length && (!version || got.version === version);
    }, () => `${entity} is ${found}`);
  }

  async expectChecksum(step) {
    const query = step.player === undefined ? `space=${step.space}` : `player=${step.player}`;
    const expected = (await control(`/-/checksum?${query}`)).checksum;
    await until(() => this.#replica(step).checksum() === expected, `the checksum is not ${expected}`);
  }

  computeChecksum({ versions, checksum: expected }) {
    assert.equal(checksum(versions), expected);
  }

  async openSession(step) {
    const { entity, type, state } = step;
    const opening = this.#client(step).openSession(entity, { type, state }).then((session) => {
      this.#sessions.set(`${step.client} ${entity}`, session);
      session.arrived = [];
      session.on('message', ({ body }) => session.arrived.push(body));
      session.on('wanted', () => session.end());
      return session;
    });
    await this.#outcome(step, opening);
  }

  save(step) {
    return this.#outcome(step, this.#session(step).update({ set: step.set }));
  }

  apply(step) {
    const session = this.#session(step);
    return this.#outcome(step, session.update({ set: step.set, acknowledge: session.messages.map(({ id }) => id) }));
  }

  endSession(step) {
    return this.#outcome(step, this.#session(step).end(step.set && { set: step.set }));
  }

  message(step) {
    return this.#outcome(step, this.#client(step).sendMessage({ entity: step.entity, body: { id: step.id, body: step.body } }));
  }

  async expectMessages(step) {
    const session = this.#session(step);
    await until(() => session.arrived.length >= step.bodies.length, 'a message did not arrive');
    assert.deepEqual(session.arrived, step.bodies);
  }

  expectSession(step) {
    return until(() => this.#session(step).isActive === step.active, `isActive is not ${step.active}`);
  }
}

/** Runs a case. Returns whether it succeeded. */
async function run(index, { category, name }) {
  const { steps } = await control(`/-/cases/${index}`, {});
  const running = new Case();
  let at = 0;
  try {
    for (const step of steps) {
      at++;
      await (step.step in running ? running[step.step](step) : control('/-/steps', step));
    }
    console.log(`ok ${category}: ${name}`);
    return true;
  } catch (e) {
    console.log(`failed ${category}: ${name}\n  step ${at} ${JSON.stringify(steps[at - 1])}\n  ${e.stack}`);
    return false;
  } finally {
    running.close();
  }
}

const cases = (await control('/-/cases')).cases.map((one, index) => [index, one])
  .filter(([, { name }]) => name.includes(process.argv[4] ?? ''));
let failed = 0;
const waiting = [...cases];
await Promise.all(Array(CASES_AT_ONCE).fill().map(async () => {
  while (waiting.length > 0) {
    const succeeded = await run(...waiting.shift());
    failed += succeeded ? 0 : 1;
  }
}));
server.close();
console.log(`${cases.length} cases, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
