// Leaderboards: the list of boards, and of one board its entries by position, the rank of a player and the distribution.

import { bars } from './charts.js';
import { client } from './connection.js';
import { button, card, facts, field, h, number, option, region, table, time, words } from './page.js';

const PAGE = 25;
const BUCKETS = 24;

export function boards(context) {
  return context.segments[0] ? boardPage(context, context.segments[0]) : boardList(context);
}

function boardList(context) {
  const list = region({}, (boards) => table('Leaderboards', [
    { name: 'Board', cell: (board) => [
      h('a', { href: `#/boards/${encodeURIComponent(board.id)}`, 'data-key': board.id }, board.id),
      board.description && h('span', { class: 'sub' }, board.description)] },
    { name: 'Type', cell: (board) => words(board.rankingType) },
    { name: 'Order', wide: true, cell: (board) => words(board.order) },
    { name: 'Status', wide: true, cell: (board) => words(board.status) },
    { name: 'Season', kind: 'number', cell: (board) => number(board.season) },
    { name: 'Season ends', wide: true, cell: (board) => (board.seasonEndsAt ? time(board.seasonEndsAt)
      : board.status === 'CLOSED' ? 'Closed' : 'No scheduled end') },
  ], boards, 'There are no leaderboards yet. Create one with POST /v1/leaderboards.'));
  let limit = 100;
  const more = button('Show more', () => {
    limit = Math.min(1000, limit * 3);
    refresh();
  }, { hidden: true });
  const refresh = context.repeat(async () => {
    const response = await client.listLeaderboards({ limit }, { signal: context.signal });
    list.show(response.leaderboards);
    more.hidden = !response.nextCursor || limit === 1000;
  }, 4000);
  return { title: 'Boards', content: [h('div', { class: 'card flush' }, list.node), more] };
}

function boardPage(context, id) {
  const shown = { from: 1, player: '', season: '' };

  const summary = region({ class: 'about' }, (settings) => [
    settings.description && h('p', { class: 'lead' }, settings.description),
    facts([
      ['Type', words(settings.rankingType)],
      ['Ranking', words(settings.ranking)],
      ['Order', words(settings.order)],
      ['Entries', number(settings.totalEntries)],
      ['Status', words(settings.status)],
      ['Starts', settings.status === 'SCHEDULED' && time(settings.startsAt)],
      [settings.status === 'CLOSED' ? 'Closed' : 'Closes', settings.endsAt && time(settings.endsAt)],
      [settings.status === 'CLOSED' ? 'Last season' : 'Current season', number(settings.season)],
      ['Season started', time(settings.seasonStartedAt)],
      ['Season ends', settings.seasonEndsAt && time(settings.seasonEndsAt)],
      ['Attempts per season', settings.maxAttempts > 0 && number(settings.maxAttempts)],
      ['Ranks as of', time(settings.asOf)],
    ]),
  ]);
  const playerCard = region({ class: 'player-rank' }, (rank) => rank && (rank.rank === 0
    ? h('p', { class: 'notice' }, rank.playerId, ' has no entry on this board.')
    : [h('h3', {}, rank.playerId), facts([
      ['Rank', `${number(rank.rank)} of ${number(rank.totalEntries)}`],
      ['Value', number(rank.value)],
      ['Top', `${number(Math.round(rank.percentile * 100) / 100)} %`],
      ['Tied players', rank.tieCount > 1 && number(rank.tieCount)],
      ['Tier', rank.tier],
      ['Rating', rank.rating && `${number(rank.rating.mean)} ± ${number(rank.rating.deviation)}`],
      ['Last updated', rank.updatedAt && time(rank.updatedAt)],
      ['Metadata', rank.metadata && h('code', {}, JSON.stringify(rank.metadata))],
    ])]));
  const list = region({}, (response) => table('Entries', [
    { name: 'Rank', kind: 'number', cell: (entry) => number(entry.rank) },
    { name: 'Player', cell: (entry) => button(entry.playerId, () => find(entry.playerId),
      { class: 'link', 'data-key': entry.playerId, title: 'Show the neighbouring entries' }) },
    { name: 'Value', kind: 'number', cell: (entry) => number(entry.value) },
    { name: 'Tier', wide: true, cell: (entry) => entry.tier || '–' },
    { name: 'Last updated', wide: true, cell: (entry) => time(entry.updatedAt) },
  ], response.entries.map((entry) => ({ ...entry, highlight: entry.playerId === response.player })),
  response.from > 1 ? 'No entry at this position.' : 'No scores in this season yet.'));
  const distributionChart = region({}, (buckets) => (buckets.length > 0 ? bars('Scores', buckets)
    : h('p', { class: 'empty' }, 'No scores yet.')));
  const seasons = h('select', { id: 'season', onchange: (event) => navigate({ season: event.target.value, from: 1 }) });

  const player = field('Find a player', { id: 'player', name: 'player', autocomplete: 'off', maxlength: 128 });
  const position = field('Go to position', { id: 'position', name: 'position', type: 'number', min: 1, inputmode: 'numeric' });
  const announcement = h('p', { class: 'hidden', role: 'status' });
  const find = (name) => {
    player.querySelector('input').value = name;
    navigate({ player: name });
  };
  const forms = h('div', { class: 'tools' },
    form(player, 'Find', () => navigate({ player: player.querySelector('input').value.trim() })),
    form(position, 'Go', () => navigate({ player: '', from: Math.max(1, Number(position.querySelector('input').value) || 1) })),
    h('div', { class: 'field' }, h('label', { for: 'season' }, 'Season'), seasons));
  const previous = button('Previous', () => navigate({ player: '', from: Math.max(1, shown.from - PAGE) }));
  const next = button('Next', () => navigate({ player: '', from: shown.from + PAGE }));
  const top = button('Top', () => navigate({ player: '', from: 1 }));

  let settings = null;
  function navigate(range) {
    Object.assign(shown, range);
    refresh();
  }

  async function load() {
    const requested = { ...shown };
    const season = requested.season || undefined;
    const board = { board: id, season };
    const options = { signal: context.signal };
    const range = requested.player ? { around: requested.player, limit: 11 } : { offset: requested.from, limit: PAGE };
    const [current, playerRank, distribution] = await Promise.all([
      client.getLeaderboardSettings(board, options),
      requested.player ? client.getPlayerRank({ ...board, player: requested.player }, options) : null,
      client.scoreDistribution({ ...board, buckets: BUCKETS }, options),
    ]);
    const ranked = !playerRank || playerRank.rank > 0;
    const response = await client.getLeaderboard({ ...board, ...(ranked ? range : { limit: PAGE }) }, options);
    if (requested.player !== shown.player || requested.from !== shown.from || requested.season !== shown.season) {
      return 50;
    }
    settings = current;
    summary.show({ ...settings, totalEntries: response.totalEntries, asOf: response.asOf });
    choices(settings.season);
    playerCard.show(playerRank && { ...playerRank, asOf: undefined });
    list.show({ entries: response.entries, player: requested.player, from: requested.from });
    distributionChart.show(distribution.buckets.map((bucket, i) => ({ ...bucket, highlighted: contains(bucket, playerRank, i, distribution.buckets.length) })));
    previous.disabled = top.disabled = !requested.player && requested.from === 1;
    next.disabled = Boolean(requested.player) || requested.from + PAGE > response.totalEntries;
    announcement.textContent = playerRank ? (ranked ? `${playerRank.playerId} has rank ${playerRank.rank}.` : `${playerRank.playerId} has no entry.`) : '';
    return season ? 20_000 : 3000;
  }

  function choices(currentSeason) {
    if (seasons.options.length !== currentSeason) {
      seasons.replaceChildren(...Array.from({ length: currentSeason }, (_, i) => currentSeason - i).slice(0, 100).map((season) =>
        option(season === currentSeason ? '' : season, season === currentSeason ? `${season}, current` : `${season}`, String(season) === shown.season)));
    }
  }

  const refresh = context.repeat(load, 3000);
  context.subscribe('global', (changes) => {
    if (changes.some((change) => change.entityId === `leaderboard_state_${id}`)) {
      refresh();
    }
  });
  return {
    title: id,
    content: [
      h('p', { class: 'crumbs' }, h('a', { href: '#/boards' }, 'Boards'), ' / ', id),
      summary.node,
      forms,
      announcement,
      h('div', { class: 'columns' },
        card('Ranking', {}, playerCard.node, list.node, h('div', { class: 'actions' }, top, previous, next)),
        card('Distribution', {}, distributionChart.node)),
    ],
  };
}

const contains = (bucket, playerRank, i, buckets) => Boolean(playerRank && playerRank.rank > 0 && playerRank.value >= bucket.from
  && (playerRank.value < bucket.to || (i === buckets - 1 && playerRank.value === bucket.to)));

function form(input, label, submit) {
  return h('form', {
    class: 'inline',
    onsubmit: (event) => {
      event.preventDefault();
      submit();
    },
  }, input, h('button', { type: 'submit' }, label));
}
