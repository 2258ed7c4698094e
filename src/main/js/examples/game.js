// Two tabs edit the same entity, and a board shows the latest scores.

import { Client, Problem } from './client/statecraft.js';

const API = new URLSearchParams(location.search).get('api') ?? 'http://localhost:8080';
const SPACE = 'lobby';
const element = (id) => document.getElementById(id);
let player;

const client = new Client({
  url: API,
  token: async () => {
    const response = await fetch('/session', { method: 'POST' });
    if (!response.ok) {
      throw new Error(`no session: ${response.status}`);
    }
    const session = await response.json();
    player = session.player;
    return session;
  },
});

const replica = client.replica(SPACE);
const me = () => `avatar-${player}`;

function show() {
  const sky = replica.get('sky');
  element('sky').textContent = sky ? `${sky.stars} stars on ${sky.color}` : '…';
  const avatars = replica.entities().filter(({ id }) => id.startsWith('avatar-'));
  element('players').replaceChildren(...avatars.map(({ id, state, pending }) => {
    const line = document.createElement('li');
    line.textContent = `${id} (${state.motto}) danced ${state.dances} times${pending ? ' …' : ''}`;
    return line;
  }));
  const mine = replica.get(me());
  if (mine && document.activeElement !== element('motto')) {
    element('motto').value = mine.motto;
  }
}

let drawing = 0;
replica.on('change', () => {
  drawing ||= setTimeout(() => {
    drawing = 0;
    show();
  });
});
replica.on('error', (error) => console.warn(error));
client.onStatus((connected) => (element('status').textContent = connected ? 'Live' : 'Connecting'));

const change = (update) => replica.update(me(), update).catch((e) => (element('status').textContent = e.message));
element('dance').onclick = () => change({ increment: { dances: 1 } });
element('motto').oninput = (event) => change({ set: { motto: event.target.value } });
element('click').onclick = () => fetch('/click', { method: 'POST' }).then(() => showBoard());

let tag;
async function showBoard() {
  const top = await client.getTopPlayers({ board: 'clicks', count: 10, 'If-None-Match': tag }, {
    onResponse: ({ headers }) => (tag = headers.get('ETag') ?? tag),
  });
  // null: nothing changed since the response with this ETag.
  if (top) {
    element('board').replaceChildren(...top.entries.map(({ playerId, value }) => {
      const line = document.createElement('li');
      line.textContent = `${playerId}: ${value}`;
      return line;
    }));
  }
}

await replica.ready;
await replica.create(me(), 'PLAYER_DATA', { motto: 'hello', dances: 0 }).catch((e) => {
  if (!(e instanceof Problem && e.type === '/problems/entity-exists')) {
    throw e;
  }
});
setInterval(() => showBoard().catch(console.warn), 2000);
