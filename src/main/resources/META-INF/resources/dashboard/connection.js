// The client of the public API. The page has no other access to the data, so it can do what its key permits.

import { Client } from './client/statecraft.js';

const STORED = 'statecraft.key';

/** Dispatches `key` when the key changes, and `unauthorized` when a request is rejected with 401. */
export const access = new EventTarget();

export const key = () => sessionStorage.getItem(STORED) || '';

export function useKey(value) {
  if (value) {
    sessionStorage.setItem(STORED, value);
  } else {
    sessionStorage.removeItem(STORED);
  }
  access.dispatchEvent(new Event('key'));
}

export const client = new Client({
  url: new URL('.', document.baseURI),
  key: () => key() || undefined,
  clientId: 'dashboard',
  transport: 'socket',
  socketUrl: async () => (await client.request('GET', 'dashboard/settings')).socketUrl,
  // The sections repeat their requests and show failures meanwhile.
  attempts: 3,
  fetch: async (...request) => {
    const response = await fetch(...request);
    if (response.status === 401) {
      access.dispatchEvent(new Event('unauthorized'));
    }
    return response;
  },
});

access.addEventListener('key', () => client.reconnect());

/**
 * Calls `changed` with the changes of each commit in a space until the signal is aborted. The sections read the data
 * from the API, so a space whose snapshot has several frames is not followed; they poll it.
 */
export function follow(space, changed, signal) {
  const replica = client.replica(space);
  const stops = [
    replica.on('commits', ({ changes }) => changed(changes)),
    replica.on('snapshot', ({ more }) => more && replica.close()),
  ];
  signal.addEventListener('abort', () => stops.forEach((stop) => stop()));
}
