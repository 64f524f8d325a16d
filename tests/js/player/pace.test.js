// @ts-check
/** How much of the music passes untouched, and how far from the timeline it is meanwhile. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace, SLICE_SAMPLES } from '../../../static/js/player/pace.js';

const RATE = 48_000;

/** Play for some minutes. @param {number} skewPpm @param {number} [fromSample] */
function played(skewPpm, fromSample = 0) {
  const pace = new Pace();
  const slope = 1 + skewPpm * 1e-6;
  const slices = [];
  let at = fromSample;
  for (let frame = 0; frame < 300 * RATE; frame += SLICE_SAMPLES) {
    const error = at - frame * slope;
    const ratio = pace.ratio(at, error, slope, SLICE_SAMPLES);
    slices.push({ untouched: ratio === 1 && Number.isInteger(at), ratio, errorMs: (error * 1000) / RATE });
    const next = at + ratio * SLICE_SAMPLES;
    at = Math.abs(next - Math.round(next)) < 1e-6 ? Math.round(next) : next; // as voices do
  }
  return { slices, share: slices.filter(({ untouched }) => untouched).length / slices.length };
}

for (const [skewPpm, share] of [[0, 1], [10, 0.9], [-30, 0.85], [61, 0.75], [-104, 0.65], [140, 0.5]]) {
  test(`at ${skewPpm} ppm ${100 * share} % of the slices and more pass untouched, on the timeline, at no pace that is heard`, () => {
    const { slices, share: found } = played(skewPpm);
    assert.ok(found >= share, `${found}`);
    const farthestMs = Math.max(...slices.map(({ errorMs }) => Math.abs(errorMs)));
    assert.ok(farthestMs < (Math.abs(skewPpm) < 12 ? 0.13 : 0.08), `${farthestMs} ms`);
    assert.ok(slices.every(({ ratio }) => Math.abs(ratio - 1) <= 550e-6));
  });
}

for (const skewPpm of [-200, 400]) {
  test(`at ${skewPpm} ppm every slice is played at that pace`, () => {
    const { slices } = played(skewPpm);
    assert.ok(slices.slice(10).every(({ ratio }) => Math.abs(ratio - 1 - skewPpm * 1e-6) < 1e-9));
  });
}

test('what is off by more is worked off in some slices, and ends on whole samples', () => {
  const { slices } = played(61, 30.4);
  const settled = slices.slice(12);
  assert.ok(settled.every(({ errorMs }) => Math.abs(errorMs) < 0.08));
  assert.ok(settled.filter(({ untouched }) => untouched).length > 0.75 * settled.length);
});
