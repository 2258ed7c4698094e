// Leaderboards: which there are, and on one of them any stretch, any player, any rank, and how scores are spread.

import { get, path, query } from './api.js';
import { bars } from './charts.js';
import { button, card, facts, field, h, number, option, region, table, time, words } from './page.js';

const PAGE = 25;
const BUCKETS = 24;

export function boards(view) {
  return view.parts[0] ? one(view, view.parts[0]) : all(view);
}

function all(view) {
  const list = region({}, (boards) => table('Leaderboards', [
    { name: 'Board', cell: (board) => [
      h('a', { href: `#/boards/${encodeURIComponent(board.id)}`, 'data-key': board.id }, board.id),
      board.description && h('span', { class: 'sub' }, board.description)] },
    { name: 'Type', cell: (board) => words(board.rankingType) },
    { name: 'Order', wide: true, cell: (board) => words(board.order) },
    { name: 'Status', wide: true, cell: (board) => words(board.status) },
    { name: 'Season', kind: 'number', cell: (board) => number(board.season) },
    { name: 'Season ends', wide: true, cell: (board) => (board.seasonEndsAt ? time(board.seasonEndsAt)
      : board.status === 'CLOSED' ? 'closed' : 'when it is reset') },
  ], boards, 'There are no leaderboards yet. Create one with POST /v1/leaderboards.'));
  let limit = 100;
  const more = button('Show more', () => {
    limit = Math.min(1000, limit * 3);
    refresh();
  }, { hidden: true });
  const refresh = view.repeat(async () => {
    const answer = await get('v1/leaderboards' + query({ limit }), view.signal);
    list.show(answer.leaderboards);
    more.hidden = !answer.nextCursor || limit === 1000;
  }, 4000);
  return { title: 'Boards', content: [h('div', { class: 'card flush' }, list.node), more] };
}

function one(view, id) {
  const board = (below) => path`v1/leaderboards/${id}` + below;
  const shown = { from: 1, player: '', season: '' };

  const about = region({ class: 'about' }, (settings) => [
    settings.description && h('p', { class: 'lead' }, settings.description),
    facts([
      ['Type', words(settings.rankingType)],
      ['Ranking', words(settings.ranking)],
      ['Order', words(settings.order)],
      ['Entries', number(settings.totalEntries)],
      ['Status', words(settings.status)],
      ['Starts', settings.status === 'SCHEDULED' && time(settings.startsAt)],
      [settings.status === 'CLOSED' ? 'Closed' : 'Closes', settings.endsAt && time(settings.endsAt)],
      [settings.status === 'CLOSED' ? 'Last season' : 'Running season', number(settings.season)],
      ['Season began', time(settings.seasonStartedAt)],
      ['Season ends', settings.seasonEndsAt && time(settings.seasonEndsAt)],
      ['Attempts a season', settings.maxAttempts > 0 && number(settings.maxAttempts)],
      ['Counted up to', time(settings.asOf)],
    ]),
  ]);
  const place = region({ class: 'place' }, (rank) => rank && (rank.rank === 0
    ? h('p', { class: 'notice' }, rank.playerId, ' has no entry on this board.')
    : [h('h3', {}, rank.playerId), facts([
      ['Rank', `${number(rank.rank)} of ${number(rank.totalEntries)}`],
      ['Value', number(rank.value)],
      ['Best', `${number(Math.round(rank.percentile * 100) / 100)} %`],
      ['Same score', rank.tieCount > 1 && number(rank.tieCount)],
      ['Tier', rank.tier],
      ['Rating', rank.rating && `${number(rank.rating.mean)} ± ${number(rank.rating.deviation)}`],
      ['Since', rank.updatedAt && time(rank.updatedAt)],
      ['Metadata', rank.metadata && h('code', {}, JSON.stringify(rank.metadata))],
    ])]));
  const list = region({}, (answer) => table('Entries', [
    { name: 'Rank', kind: 'number', cell: (entry) => number(entry.rank) },
    { name: 'Player', cell: (entry) => button(entry.playerId, () => find(entry.playerId),
      { class: 'link', 'data-key': entry.playerId, title: 'Show who is around' }) },
    { name: 'Value', kind: 'number', cell: (entry) => number(entry.value) },
    { name: 'Tier', wide: true, cell: (entry) => entry.tier || '–' },
    { name: 'Since', wide: true, cell: (entry) => time(entry.updatedAt) },
  ], answer.entries.map((entry) => ({ ...entry, highlight: entry.playerId === answer.player })),
  answer.from > 1 ? 'Nobody stands that far down.' : 'Nobody has a score in this season yet.'));
  const spread = region({}, (buckets) => (buckets.length > 0 ? bars('Scores', buckets)
    : h('p', { class: 'empty' }, 'There is nothing to be spread yet.')));
  const seasons = h('select', { id: 'season', onchange: (event) => go({ season: event.target.value, from: 1 }) });

  const player = field('Find a player', { id: 'player', name: 'player', autocomplete: 'off', maxlength: 128 });
  const rank = field('Jump to a rank', { id: 'rank', name: 'rank', type: 'number', min: 1, inputmode: 'numeric' });
  const found = h('p', { class: 'hidden', role: 'status' });
  const find = (name) => {
    player.querySelector('input').value = name;
    go({ player: name });
  };
  const forms = h('div', { class: 'tools' },
    form(player, 'Find', () => go({ player: player.querySelector('input').value.trim() })),
    form(rank, 'Jump', () => go({ player: '', from: Math.max(1, Number(rank.querySelector('input').value) || 1) })),
    h('div', { class: 'field' }, h('label', { for: 'season' }, 'Season'), seasons));
  const back = button('Better', () => go({ player: '', from: Math.max(1, shown.from - PAGE) }));
  const on = button('Next', () => go({ player: '', from: shown.from + PAGE }));
  const top = button('Top', () => go({ player: '', from: 1 }));

  let settings = null;
  function go(where) {
    Object.assign(shown, where);
    refresh();
  }

  async function load() {
    const asked = { ...shown };
    const season = asked.season || undefined;
    const where = asked.player ? { around: asked.player, limit: 11 } : { offset: asked.from, limit: PAGE };
    const [its, mine, distribution] = await Promise.all([
      get(board(''), view.signal),
      asked.player ? get(board(path`/players/${asked.player}`) + query({ season }), view.signal) : null,
      get(board('/distribution') + query({ buckets: BUCKETS, season }), view.signal),
    ]);
    const there = !mine || mine.rank > 0;
    const answer = await get(board('/entries') + query(there ? { ...where, season } : { limit: PAGE, season }), view.signal);
    if (asked.player !== shown.player || asked.from !== shown.from || asked.season !== shown.season) {
      return 50;
    }
    settings = its;
    about.show({ ...settings, totalEntries: answer.totalEntries, asOf: answer.asOf });
    choices(settings.season);
    place.show(mine && { ...mine, asOf: undefined });
    list.show({ entries: answer.entries, player: asked.player, from: asked.from });
    spread.show(distribution.buckets.map((bucket, i) => ({ ...bucket, here: holds(bucket, mine, i, distribution.buckets.length) })));
    back.disabled = top.disabled = !asked.player && asked.from === 1;
    on.disabled = Boolean(asked.player) || asked.from + PAGE > answer.totalEntries;
    found.textContent = mine ? (there ? `${mine.playerId} has rank ${mine.rank}.` : `${mine.playerId} has no entry.`) : '';
    return season ? 20_000 : 3000;
  }

  function choices(running) {
    if (seasons.options.length !== running) {
      seasons.replaceChildren(...Array.from({ length: running }, (_, i) => running - i).slice(0, 100).map((season) =>
        option(season === running ? '' : season, season === running ? `${season}, running` : `${season}`, String(season) === shown.season)));
    }
  }

  const refresh = view.repeat(load, 3000);
  view.follow('global', (changes) => {
    if (changes.some((change) => change.entityId === `leaderboard_state_${id}`)) {
      refresh();
    }
  });
  return {
    title: id,
    content: [
      h('p', { class: 'crumbs' }, h('a', { href: '#/boards' }, 'Boards'), ' / ', id),
      about.node,
      forms,
      found,
      h('div', { class: 'columns' },
        card('Ranking', {}, place.node, list.node, h('div', { class: 'actions' }, top, back, on)),
        card('Distribution', {}, spread.node)),
    ],
  };
}

const holds = (bucket, mine, i, buckets) => Boolean(mine && mine.rank > 0 && mine.value >= bucket.from
  && (mine.value < bucket.to || (i === buckets - 1 && mine.value === bucket.to)));

function form(input, verb, submit) {
  return h('form', {
    class: 'inline',
    onsubmit: (event) => {
      event.preventDefault();
      submit();
    },
  }, input, h('button', { type: 'submit' }, verb));
}
