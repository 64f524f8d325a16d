// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResyncWatch, wantsJump } from '../../../static/js/player/resync.js';

/** The instants, in ms, at which it does more than glide, where `errorAt` is how far off it is. */
function mended(/** @type {(nowMs: number) => number | null} */ errorAt, untilMs = 10_000) {
  const watch = new ResyncWatch();
  const found = [];
  for (let nowMs = 0; nowMs < untilMs; nowMs += 100) if (watch.look(errorAt(nowMs), nowMs)) found.push(nowMs);
  return found;
}

test('up to 5 ms it glides, up to 30 ms it splices, beyond it jumps', () => {
  assert.deepEqual([29, -29, 31, -31].map(wantsJump), [false, false, true, true]);
  const after = (/** @type {number} */ errorMs) => {
    const watch = new ResyncWatch();
    watch.look(errorMs, 0);
    return watch.look(errorMs, 500);
  };
  assert.deepEqual([4.9, -5.1, 29, -31].map(after), [null, 'splice', 'splice', 'jump']);
});

test('one reading that is far off, or several with a good one between, move nothing', () => {
  assert.deepEqual(mended((nowMs) => (nowMs % 400 === 0 ? 1 : 200)), []);
  assert.deepEqual(mended((nowMs) => (nowMs % 400 === 0 ? null : 200)), []);
});

test('what lasts is mended once, and again only when the estimates have had time', () => {
  assert.deepEqual(mended((nowMs) => (nowMs < 2_000 || nowMs > 2_400 ? 0 : 50)), [2_400]);
  assert.deepEqual(mended(() => 50, 3_000), [400, 1_900]);
});
