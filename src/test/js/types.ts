// Compiled by JavaScriptTypesTest with `tsc --noEmit --strict`; each @ts-expect-error is an error that types must find.

import { applyOperations, checksum, Client, Problem, signature, UnknownOutcome } from '@statecraft/client';
import type { Schemas } from '@statecraft/client';

interface Round {
  map: string;
  score: { red: number };
}

export async function types(): Promise<void> {
  const client = new Client({ url: 'https://example.org', token: async () => ({ token: 't', expiresAt: 'x' }) });
  const created = await client.createEntity({ body: { id: 'round', type: 'GAME_STATE', state: { map: 'harbour' } } });
  const version: number | undefined = created.version;
  const entity = await client.getEntityState({ entity: 'round', space: 'match-7' });
  const top = await client.getTopPlayers({ board: 'clicks', count: 3 });
  const names: string[] = top.entries.map((entry) => entry.playerId);
  const nothing: null = await client.deleteLeaderboard({ board: 'clicks' });
  await client.getUnifiedStats();
  // @ts-expect-error the board is missing
  await client.getTopPlayers({ count: 3 });
  // @ts-expect-error count is a number
  await client.getTopPlayers({ board: 'clicks', count: 'three' });
  // @ts-expect-error there is no such field
  await client.createEntity({ body: { id: 'round', type: 'GAME_STATE', state: {}, colour: 'red' } });
  // @ts-expect-error there is no such operation
  await client.createEverything();
  // @ts-expect-error this operation has a body
  await client.createEntity();

  const replica = client.replica<Round>('match-7');
  await replica.ready;
  const red: number | undefined = replica.get('round')?.score.red;
  const stop = replica.on('change', ({ id, state }) => console.log(id, state?.map));
  // @ts-expect-error there is no such event
  replica.on('changed', () => {});
  try {
    const result = await replica.update('round', { increment: { '/score/red': 1 } });
    console.log(result.version, red, version, entity, names, nothing);
  } catch (e) {
    if (e instanceof Problem) {
      console.log(e.status, e.type, e.field);
    } else if (e instanceof UnknownOutcome) {
      console.log(e.idempotencyKey);
    }
  }
  stop();
  const maker = await replica.create('next', 'GAME_STATE', { map: 'moon', score: { red: 0 } });
  // @ts-expect-error the state has another form
  await replica.create('next', 'GAME_STATE', { map: 3 });
  await replica.delete('next', { signal: AbortSignal.timeout(1000) });
  const session = await client.openSession<Round>('round', { type: 'GAME_STATE', state: { map: 'a', score: { red: 0 } } });
  session.on('wanted', ({ by }) => console.log(by, session.end({ set: { map: 'b' } })));
  session.on('message', ({ id, body }) => session.update({ set: { map: String(body) }, acknowledge: [id] }));
  session.on('lost', (problem) => console.log(problem.type, session.state.score.red));
  // @ts-expect-error the state of a session changes with updates
  session.state = { map: 'c', score: { red: 1 } };
  const signed = new Client({ url: 'https://example.org', key: 'sk_a_b', signed: true, schemaVersion: '1.0.0' });
  const feed = await signed.playerReplica<Round>('ada').ready;
  const header: string = await signature('sk_a_b', { method: 'GET', url: 'https://example.org/' });
  console.log(maker.version, header, feed.get('round', 'match-7')?.map, feed.playerId);
  const board: Schemas['NewBoardRequest']['rankingType'] = 'POINTS';
  console.log(board, checksum([['a', 1]]), applyOperations({ n: 1 }, { increment: { n: 1 } }).n);
}
