// Serves the page, creates player tokens, and submits scores. Needs Node.js 20.6 or later: node server.mjs

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Client, Problem } from '@statecraft/client';

const statecraft = new Client({
  url: process.env.STATECRAFT_URL ?? 'http://localhost:8080',
  key: process.env.STATECRAFT_KEY ?? 'sk_dev_local',
});
const PORT = Number(process.env.PORT ?? 3000);
const FILES = { '/': ['index.html', 'text/html'], '/game.js': ['game.js', 'text/javascript'] };
const CLIENT = /^\/client\/([a-z]+\.js)$/;

// Replace this with your login. A caller that chooses a player id here acts as that player.
function playerOf(request, response) {
  const known = /(?:^|; )guest=([0-9a-f-]{36})/.exec(request.headers.cookie ?? '');
  const guest = known ? known[1] : randomUUID();
  response.setHeader('Set-Cookie', `guest=${guest}; HttpOnly; SameSite=Strict; Path=/; Max-Age=31536000`);
  return `guest-${guest}`;
}

const ROUTES = {
  async 'POST /session'(player) {
    const claims = { spaces: ['lobby'], boards: ['clicks'], write: true };
    return { player, ...await statecraft.createPlayerToken({ player, body: claims }) };
  },
  // Check here whether the player may get the point.
  async 'POST /click'(player) {
    return statecraft.updatePlayerScore({ board: 'clicks', body: { playerId: player, value: 1, submissionId: randomUUID() } });
  },
};

async function answer(request, response) {
  const route = ROUTES[`${request.method} ${request.url}`];
  if (route) {
    const body = await route(playerOf(request, response));
    response.setHeader('Content-Type', 'application/json');
    return response.end(JSON.stringify(body));
  }
  const module = CLIENT.exec(request.url);
  const [file, type] = module ? [new URL(module[1], import.meta.resolve('@statecraft/client')), 'text/javascript']
    : FILES[request.url] ? [new URL(FILES[request.url][0], import.meta.url), FILES[request.url][1]] : [];
  const content = file && await readFile(file).catch(() => undefined);
  response.writeHead(content ? 200 : 404, { 'Content-Type': type ?? 'text/plain' });
  return response.end(content);
}

// Both are there already when the server starts again.
await statecraft.putLeaderboard({ board: 'clicks', body: { rankingType: 'POINTS', bounds: { min: 0, max: 100000, maxIncrease: 10 } } });
await statecraft.createEntity({ body: { id: 'sky', type: 'GAME_STATE', space: 'lobby', state: { color: 'midnightblue', stars: 3 } } })
  .catch((e) => {
    if (e.type !== '/problems/entity-exists') {
      throw e;
    }
  });

createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.writeHead(error instanceof Problem && error.status === 429 ? 429 : 502).end();
  });
}).listen(PORT, function () {
  console.log(`http://localhost:${this.address().port}`);
});
