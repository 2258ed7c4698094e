// States of entities: whole, and what differs between two.

import { h, table } from './page.js';

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

const pointer = (above, name) => `${above}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** What leads from one JSON value to another: [{path, before, after}], undefined where there is nothing. */
export function differences(before, after, at = '') {
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return names.flatMap((name) => differences(before[name], after[name], pointer(at, name)));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path: at || '/', before, after }];
}

/** A value on one line. */
export const inline = (value) => (value === undefined ? '' : JSON.stringify(value));

/** A value over as many lines as it needs. */
export const json = (value, label) =>
  h('pre', { tabindex: 0, role: 'group', 'aria-label': label }, JSON.stringify(value, null, 2));

/** Differences as a list: what went, and what came. */
export function diff(before, after) {
  const changes = differences(before, after);
  if (changes.length === 0) {
    return h('p', { class: 'empty' }, 'Nothing differs.');
  }
  return h('dl', { class: 'diff' }, changes.map((change) => h('div', {},
    h('dt', {}, change.path),
    h('dd', {},
      change.before !== undefined && h('del', {}, h('span', { class: 'hidden' }, 'was '), inline(change.before)),
      change.after !== undefined && h('ins', {}, h('span', { class: 'hidden' }, 'is '), inline(change.after))))));
}

/** The paths an update and the stored state disagreed about. */
export const disagreements = (conflicts, settled) => table('Paths in conflict', [
  { name: 'Path', cell: (row) => h('code', {}, row.path) },
  { name: 'Base', wide: true, cell: (row) => h('code', {}, inline(row.base)) },
  { name: 'Stored', cell: (row) => h('code', {}, inline(row.ours)) },
  { name: 'Update', cell: (row) => h('code', {}, inline(row.theirs)) },
  ...(settled ? [
    { name: 'Rule', cell: (row) => row.rule || '–' },
    { name: 'Result', cell: (row) => h('code', {}, inline(row.result)) },
  ] : []),
], conflicts, 'No path is in conflict.');
