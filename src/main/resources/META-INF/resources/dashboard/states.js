// States of entities, and the differences between two states.

import { h, table } from './page.js';

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

const pointer = (parent, name) => `${parent}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** The differences between two JSON values: [{path, before, after}], undefined for a missing value. */
export function differences(before, after, at = '') {
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return names.flatMap((name) => differences(before[name], after[name], pointer(at, name)));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path: at || '/', before, after }];
}

/** A value on one line. */
export const inline = (value) => (value === undefined ? '' : JSON.stringify(value));

/** An indented value on several lines. */
export const json = (value, label) =>
  h('pre', { tabindex: 0, role: 'group', 'aria-label': label }, JSON.stringify(value, null, 2));

/** The differences as a list of removed and added values. */
export function diff(before, after) {
  const changes = differences(before, after);
  if (changes.length === 0) {
    return h('p', { class: 'empty' }, 'No changes.');
  }
  return h('dl', { class: 'diff' }, changes.map((change) => h('div', {},
    h('dt', {}, change.path),
    h('dd', {},
      change.before !== undefined && h('del', {}, h('span', { class: 'hidden' }, 'before: '), inline(change.before)),
      change.after !== undefined && h('ins', {}, h('span', { class: 'hidden' }, 'after: '), inline(change.after))))));
}

/** The paths on which an update and the stored state disagree. */
export const disagreements = (conflicts, resolved) => table('Paths in conflict', [
  { name: 'Path', cell: (row) => h('code', {}, row.path) },
  { name: 'Base', wide: true, cell: (row) => h('code', {}, inline(row.base)) },
  { name: 'Stored', cell: (row) => h('code', {}, inline(row.ours)) },
  { name: 'Update', cell: (row) => h('code', {}, inline(row.theirs)) },
  ...(resolved ? [
    { name: 'Rule', cell: (row) => row.rule || '–' },
    { name: 'Result', cell: (row) => h('code', {}, inline(row.result)) },
  ] : []),
], conflicts, 'No path is in conflict.');
