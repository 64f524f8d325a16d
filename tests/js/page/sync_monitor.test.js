// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appended, KEPT_S } from '../../../static/js/page/history.js';
import { extent, placeOf, plotKinds, written } from '../../../static/js/page/plot_kinds.js';

const S = 1e6; // in µs

test('readings are put behind those that are held', () => {
  const held = appended(undefined, { at_us: [1 * S], error_ms: [0.1], rendition: ['flac'] });
  assert.deepEqual(appended(held, { at_us: [6 * S], error_ms: [null], rendition: ['aac-64'] }), {
    at_us: [1 * S, 6 * S], error_ms: [0.1, null], rendition: ['flac', 'aac-64'],
  });
});

test('what is told again is kept once', () => {
  const held = appended(undefined, { at_us: [1 * S, 6 * S], error_ms: [0.1, 0.2] });
  assert.deepEqual(appended(held, { at_us: [6 * S, 11 * S], error_ms: [0.2, 0.3] }), {
    at_us: [1 * S, 6 * S, 11 * S], error_ms: [0.1, 0.2, 0.3],
  });
});

test('an answer without news changes nothing', () => {
  const held = { at_us: [1 * S], error_ms: [0.1] };
  assert.deepEqual(appended(held, { at_us: [], error_ms: [] }), held);
  assert.deepEqual(appended(undefined, { at_us: [], error_ms: [] }), { at_us: [], error_ms: [] });
});

test('what is older than ten minutes goes, in every column', () => {
  const held = { at_us: [0, 1 * S, 2 * S], error_ms: [0, 1, 2] };
  const columns = appended(held, { at_us: [(KEPT_S + 1) * S], error_ms: [3] });
  assert.deepEqual(columns, { at_us: [1 * S, 2 * S, (KEPT_S + 1) * S], error_ms: [1, 2, 3] });
});

/** @type {[string, Parameters<typeof extent>, [number, number]][]} */
const extents = [
  ['around 0, both sides alike', [{ scale: 'around', least: 1 }, -10, 4], [-11, 11]],
  ['noise stays small', [{ scale: 'around', least: 1 }, -0.1, 0.1], [-1, 1]],
  ['from 0 up', [{ scale: 'above', least: 5 }, 3, 100], [0, 110.00000000000001]],
  ['without any value', [{ scale: 'above', least: 5 }, null, null], [0, 5]],
  ['the renditions', [{ scale: 'named', least: 0 }, 1, 2], [-0.5, 3.5]],
];
for (const [name, given, expected] of extents) {
  test(`axis: ${name}`, () => assert.deepEqual(extent(...given), expected));
}

test('renditions have places on the axis, unknown ones none', () => {
  assert.deepEqual(['aac-64', 'flac', 'opus', null, 3.5].map(placeOf), [0, 3, null, null, 3.5]);
});

test('numbers are written with their unit, a true minus, and no minus before 0', () => {
  const kind = { digits: 2, unit: 'ms' };
  assert.deepEqual([-0.214, -0.001, null, undefined, 'flac'].map((value) => written(value, kind)), ['−0.21 ms', '0.00 ms', '–', '–', 'flac']);
  assert.equal(written(3, { digits: 0, unit: '' }), '3');
});

test('every line of a plot is a number of the report', async () => {
  const { reportOf } = await import('../../../static/js/player/report.js');
  const known = Object.keys(reportOf(/** @type {any} */ ({}), 'playing'));
  for (const { lines, margin } of plotKinds()) {
    for (const field of [...lines.map(([name]) => name), ...(margin ? [margin] : [])]) assert.ok(known.includes(field), field);
  }
});
