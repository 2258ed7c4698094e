// Line and bar charts as SVG, each with a table of its numbers for screen readers.

import { compact, h, table, time } from './page.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 600;
const HEIGHT = 120;
/** The free height above the highest value, for the label of the scale. */
const HEADROOM = 20;

function shape(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

const canvas = (label, ...children) => shape('svg', {
  viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label, class: 'plot',
}, ...children);

const grid = () => [0, 0.5].map((part) => HEADROOM + (HEIGHT - HEADROOM) * part).map((at) =>
  shape('line', { class: 'grid', x1: 0, x2: WIDTH, y1: at, y2: at }));

/** The smallest round number that is not less than the value. */
function ceiling(value) {
  if (value <= 0) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= value);
}

/**
 * A line chart of values over time.
 *
 * @param title title of the chart
 * @param unit unit after each number
 * @param series {name, tone, values} with one value per time
 * @param times ISO times, ascending
 */
export function lines(title, unit, series, times) {
  const top = ceiling(Math.max(0, ...series.flatMap((one) => one.values)));
  const x = (i) => (times.length < 2 ? WIDTH : (i * WIDTH) / (times.length - 1));
  const y = (value) => HEIGHT - 2 - (value / top) * (HEIGHT - HEADROOM);
  const line = (values) => values.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  const last = (one) => `${compact(one.values.at(-1) ?? 0)} ${unit}`;
  const marker = shape('line', { class: 'marker', y1: 0, y2: HEIGHT, x1: -9, x2: -9 });
  const readout = h('p', { class: 'readout', 'aria-hidden': 'true' });
  const plain = () => readout.replaceChildren(...legend(series, (one) => last(one)));
  const svg = canvas(`${title}. ${series.map((one) => `${one.name}: now ${last(one)}`).join('; ')}.`,
    ...grid(),
    ...series.map((one, i) => (i === 0 && times.length > 1
      ? shape('path', { class: `area ${one.tone}`, d: `${line(one.values)}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z` })
      : shape('g', {}))),
    ...series.map((one) => shape('path', { class: `line ${one.tone}`, d: line(one.values) })),
    marker);
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const i = Math.round(((event.clientX - box.left) / box.width) * (times.length - 1));
    if (times[i]) {
      marker.setAttribute('x1', x(i));
      marker.setAttribute('x2', x(i));
      readout.replaceChildren(...legend(series, (one) => `${compact(one.values[i])} ${unit}`), time(times[i]));
    }
  });
  svg.addEventListener('pointerleave', () => {
    marker.setAttribute('x1', -9);
    marker.setAttribute('x2', -9);
    plain();
  });
  plain();
  return h('figure', { class: 'chart' },
    h('figcaption', {}, h('h3', {}, title), readout),
    h('div', { class: 'frame' }, h('span', { class: 'top-label', 'aria-hidden': 'true' }, `${compact(top)} ${unit}`), svg),
    h('p', { class: 'axis', 'aria-hidden': 'true' }, time(times[0]), time(times.at(-1))),
    numbers(`${title}, as numbers`, [
      { name: 'Time', cell: (i) => time(times[i]) },
      ...series.map((one) => ({ name: one.name, kind: 'number', cell: (i) => compact(one.values[i]) })),
    ], times.map((_, i) => i).reverse().slice(0, 60)));
}

const legend = (series, text) => series.map((one) =>
  h('span', {}, h('i', { class: `swatch ${one.tone}` }), `${one.name} `, h('b', {}, text(one))));

/** A bar chart of counts per range: buckets are {from, to, count}; a bucket with `highlighted` stands out. */
export function bars(title, buckets) {
  const top = Math.max(1, ...buckets.map((bucket) => bucket.count));
  const width = WIDTH / buckets.length;
  return h('figure', { class: 'chart' },
    h('figcaption', {}, h('h3', {}, title)),
    h('div', { class: 'frame' },
      h('span', { class: 'top-label', 'aria-hidden': 'true' }, compact(top)),
      canvas(`${title}. The numbers are in the table below.`, ...grid(), ...buckets.map((bucket, i) => {
        const height = (bucket.count / top) * (HEIGHT - HEADROOM);
        const title = shape('title', {}, `${compact(bucket.from)} to ${compact(bucket.to)}: ${compact(bucket.count)}`);
        return shape('rect', {
          class: bucket.highlighted ? 'bar here' : 'bar', x: i * width + width * 0.08, width: width * 0.84, y: HEIGHT - height, height,
        }, title);
      }))),
    h('p', { class: 'axis', 'aria-hidden': 'true' },
      h('span', {}, compact(buckets[0]?.from ?? 0)), h('span', {}, compact(buckets.at(-1)?.to ?? 0))),
    numbers(`${title}, as numbers`, [
      { name: 'From', kind: 'number', cell: (bucket) => compact(bucket.from) },
      { name: 'To', kind: 'number', cell: (bucket) => compact(bucket.to) },
      { name: 'Count', kind: 'number', cell: (bucket) => compact(bucket.count) },
    ], buckets));
}

const numbers = (caption, columns, rows) => h('details', { class: 'numbers', 'data-key': caption },
  h('summary', {}, 'Numbers'), table(caption, columns, rows, 'No data yet.'));
