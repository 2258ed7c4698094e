// The conformance server: hands out the cases, stands between the clients and the application, makes faults, and
// executes the steps that are not the client's. README.md describes it. Without dependencies; Node.js 18 or later.
//
//   node server.mjs ADDRESS KEY [PORT]

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { Proxy } from './proxy.mjs';

export const CATEGORIES = ['retry', 'cursors', 'resync', 'checksum', 'conflicts', 'sessions'];

const PATIENCE_MILLIS = 10_000;

/** All cases, with their category. */
export function readCases() {
  return CATEGORIES.flatMap((category) =>
    JSON.parse(readFileSync(new URL(`${category}.json`, import.meta.url), 'utf8'))
      .cases.map((one) => ({ category, ...one })));
}

/** The difference between a value and the part of it that is expected; undefined if there is none. */
export function difference(expected, actual, path = '') {
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.map((value, i) => difference(value, actual[i], `${path}/${i}`)).find((found) => found);
  }
  if (expected !== null && typeof expected === 'object' && !Array.isArray(expected)) {
    return Object.entries(expected)
      .map(([key, value]) => difference(value, actual?.[key], `${path}/${key}`)).find((found) => found);
  }
  return expected === actual ? undefined
    : `${path || '/'} is ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`;
}

/** A case with names of its own: `{run}` is replaced, and clients are named by case. Cases may run at the same time. */
function named(one, run) {
  return JSON.parse(JSON.stringify(one).replaceAll('{run}', run), (key, value) => key === 'client' ? `${value}-${run}` : value);
}

class Failure extends Error {}

function expect(condition, text) {
  if (!condition) {
    throw new Failure(text);
  }
}

async function eventually(check) {
  const end = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    try {
      return await check();
    } catch (e) {
      if (!(e instanceof Failure) || Date.now() > end) {
        throw e;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The steps of the server. */
class Steps {
  #application;
  #key;
  #proxy;

  constructor(application, key, proxy) {
    this.#application = application;
    this.#key = key;
    this.#proxy = proxy;
  }

  async call(method, path, body) {
    const response = await fetch(this.#application + path, {
      method,
      headers: { Authorization: `Bearer ${this.#key}`, 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : null };
  }

  async checksum({ space, player }) {
    const body = space === undefined ? { playerId: player } : { cursors: { [space]: '' } };
    const answer = (await this.call('POST', '/v1/sync', body)).body;
    return (space === undefined ? answer.player : answer.spaces[space]).checksum;
  }

  /** A request of something else than the clients: a change behind their back, or a look at the application's state. */
  async request({ method, path, body, status, answer }) {
    const got = await this.call(method, path, body);
    const text = `${method} ${path} has the answer ${got.status} ${JSON.stringify(got.body)}`;
    expect(status === undefined ? got.status < 300 : got.status === status, text);
    const found = difference(answer ?? {}, got.body);
    expect(!found, `${found}: ${text}`);
  }

  async fault(step) {
    const cursor = step.kind === 'stale-cursor'
      ? (await this.call('POST', '/v1/sync', { cursors: { elsewhere: '' } })).body.spaces.elsewhere.cursor
      : undefined;
    this.#proxy.addFault({ ...step, cursor });
  }

  offline({ client }) {
    this.#proxy.setOffline(client, true);
  }

  online({ client }) {
    this.#proxy.setOffline(client, false);
  }

  /** Decides the conflict that was parked last for a client. */
  async resolve({ client, choose }) {
    const id = this.#proxy.conflictOf(client);
    expect(id, 'no conflict was parked');
    const got = await this.call('POST', `/v1/conflicts/${id}/resolve`, { choose });
    expect(got.status === 200, `the conflict is not resolved: ${got.status} ${JSON.stringify(got.body)}`);
  }

  expectSent({ client, entity, attempts, atLeast }) {
    return eventually(() => {
      const sent = this.#proxy.writesOf(client, entity);
      const text = `${sent.length} requests had writes of ${entity}, with the ids ${JSON.stringify(sent.map(({ id }) => id))}`;
      expect(attempts === undefined || sent.length === attempts, text);
      expect(sent.length >= (atLeast ?? 1), text);
      expect(sent[0].id !== undefined && sent.every(({ id }) => id === sent[0].id), `not the same id: ${text}`);
    });
  }

  expectPause({ client, entity, seconds }) {
    const sent = this.#proxy.writesOf(client, entity);
    expect(sent.length > 1, 'there was one attempt only');
    const millis = sent[1].at - sent[0].at;
    expect(millis >= 1000 * seconds - 20, `the second attempt came after ${millis} ms`);
  }

  expectFeed({ client, space, player, snapshots, resumed }) {
    return eventually(() => {
      const feed = this.#proxy.feedOf(client, space ?? '');
      const whose = space ?? player;
      expect(feed, `${whose} was not requested`);
      expect(snapshots === undefined || feed.snapshots === snapshots, `${feed.snapshots} snapshots of ${whose}`);
      expect(!resumed || feed.resumed, `a request of ${whose} had another cursor than that of the last answer`);
    });
  }
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/**
 * Starts the server.
 *
 * @param application address of the application
 * @param key a key of the application with all scopes
 * @return its `address`, and `close`
 */
export async function start(application, key, port = 0) {
  const cases = readCases();
  const upstream = application.replace(/\/+$/, '');
  const proxy = new Proxy(upstream);
  const steps = new Steps(upstream, key, proxy);
  let runs = 0;
  const run = Date.now().toString(36);

  async function control(method, path, query, text) {
    if (path === '/-/cases') {
      return { cases: cases.map(({ category, name }) => ({ category, name })) };
    }
    if (path === '/-/checksum') {
      return { checksum: await steps.checksum(Object.fromEntries(query)) };
    }
    const started = /^\/-\/cases\/(\d+)$/.exec(path);
    if (started) {
      return named(cases[started[1]], `${run}-${runs++}`);
    }
    const step = JSON.parse(text);
    await steps[step.step](step);
    return {};
  }

  const server = createServer(async (request, response) => {
    const text = await read(request);
    const url = new URL(request.url, 'http://localhost');
    if (!url.pathname.startsWith('/-/')) {
      await proxy.forward(request, url, text, response);
      return;
    }
    let status = 200;
    let answer;
    try {
      answer = await control(request.method, url.pathname, url.searchParams, text);
    } catch (e) {
      status = 422;
      answer = { failure: e instanceof Failure ? e.message : String(e.stack) };
    }
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.close();
      server.closeAllConnections?.();
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { address } = await start(process.argv[2], process.argv[3], Number(process.argv[4] ?? 0));
  console.log(address);
}
