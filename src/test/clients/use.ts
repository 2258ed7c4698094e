// The calls that every client makes, as a user of the generated client writes them.
import { Configuration, LeaderboardsApi, StateReplicationApi } from './typescript/index';

export async function use(basePath: string, accessToken: string): Promise<number> {
  const configuration = new Configuration({ basePath, accessToken });
  const state = new StateReplicationApi(configuration);
  await state.createEntity({ newEntityRequest: { id: 'player_ada', type: 'PLAYER_DATA', state: { health: 100 } } });
  await state.updateEntity({
    entity: 'player_ada',
    patchRequest: { set: { health: 80 }, increment: { coins: 5 }, append: { log: ['hit'] }, unset: ['shield'] },
  });
  const boards = new LeaderboardsApi(configuration);
  const answer = await boards.updatePlayerScore({ board: 'arena', scoreRequest: { playerId: 'ada', value: 1500 } });
  return answer.newValue;
}
