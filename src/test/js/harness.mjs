// What the tests of @statecraft/client have in common. Arguments of the process: address of the application, folder of
// the client.

import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

export const [, , address, folder] = process.argv;
export const { applyOperations, checksum, Client, Problem, signature, UnknownOutcome } =
  await import(new URL('statecraft.js', pathToFileURL(folder + '/')));

export const RUN = Date.now().toString(36);
export const KEY = 'sk_dev_local';
const clients = [];

export const closeAll = () => clients.forEach((one) => one.close());

/** A client whose requests pass through `fault(url, init, send)`; `sent` has all requests, `pauses` all pauses. */
export function client(options = {}, fault = (url, init, send) => send()) {
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

export const problem = (status, headers = {}) => new Response(
  JSON.stringify({ type: '/problems/test', title: 'Test', status }),
  { status, headers: { 'Content-Type': 'application/problem+json', ...headers } });

/** Performs the first request, and loses its response. */
export const dropFirst = (count = 1) => async (url, init, send, number) => {
  const response = await send();
  if (number <= count) {
    throw new TypeError('connection reset');
  }
  return response;
};

export async function until(condition, text) {
  const end = Date.now() + 8000;
  while (!condition()) {
    assert.ok(Date.now() < end, text instanceof Function ? text() : text);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const create = (caller, id, space, state) => caller.createEntity({ body: { id, type: 'GAME_STATE', space, state } });
