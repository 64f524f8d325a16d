// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SEGMENT_SAMPLES } from '../../../static/js/music/segment_grid.js';
import { LEAD_SAMPLES } from '../../../static/js/music/segments.js';
import { gainOf, needs, read } from '../../../static/js/music/joined_tracks.js';
import { track } from '../support/room.js';

const N = SEGMENT_SAMPLES;
const unlevelled = (/** @type {import('../support/room.js').Entry} */ entry) => ({ ...track(entry), loudness_lufs: null });
/** Two tracks whose loudness is not known: 1 of two segments and 100 samples, entered at sample 50; 2 of one segment. */
const links = [
  { entry: 11, track: unlevelled({ id: 1, total_samples: 2 * N + 100 }), start: -50, end: 2 * N + 50 },
  { entry: 12, track: unlevelled({ id: 2, total_samples: N }), start: 2 * N + 50, end: 3 * N + 50 },
];

/** Sample k of track t is t + k / 2^20; `rendition` may change from segment to segment. */
const held = (/** @type {(n: number) => string} */ rendition = () => 'aac-64', missing = '') =>
  (/** @type {number} */ id, /** @type {number} */ n) => {
    if (`${id}:${n}` === missing) return undefined;
    const { total_samples } = links[id - 1].track;
    const length = Math.min(N, total_samples - n * N);
    const at = (/** @type {number} */ k) => id + k / 2 ** 20 + (rendition(n) === 'flac' ? 0.5 : 0);
    const pcm = Float32Array.from({ length }, (_, k) => at(n * N + k));
    const lead = Float32Array.from({ length: LEAD_SAMPLES }, (_, k) => at(n * N - LEAD_SAMPLES + k));
    return { rendition: rendition(n), pcm: [pcm, pcm], lead: [lead, lead] };
  };

const close = (/** @type {number} */ a, /** @type {number} */ b) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);

test('segments join without a seam, and so do tracks', () => {
  const [left] = read(links, held(), N - 60, N - 40) ?? assert.fail();
  for (let i = 0; i < 20; i++) close(left[i], 1 + (N - 10 + i) / 2 ** 20);
  const [join] = read(links, held(), 2 * N + 45, 2 * N + 55) ?? assert.fail();
  for (let i = 0; i < 5; i++) close(join[i], 1 + (2 * N + 95 + i) / 2 ** 20);
  for (let i = 5; i < 10; i++) close(join[i], 2 + (i - 5) / 2 ** 20);
});

test('before the first track and after the last there is silence', () => {
  const [before] = read(links, held(), -52, -48) ?? assert.fail();
  assert.deepEqual([before[0], before[1]], [0, 0]);
  close(before[2], 1);
  const [after] = read(links, held(), 3 * N + 49, 3 * N + 52) ?? assert.fail();
  assert.deepEqual([after[1], after[2]], [0, 0]);
});

test('what is not decoded is not made up', () => {
  assert.equal(read(links, held(undefined, '1:1'), N - 100, N), null);
  assert.ok(read(links, held(undefined, '1:1'), 0, N - 50 - LEAD_SAMPLES));
});

test('the end of a segment waits for the next: a change of rendition begins before it', () => {
  assert.equal(read(links, held(undefined, '1:1'), 0, N - 50), null);
});

test('a change of rendition is faded over the 20 ms before the join, and complete at it', () => {
  const [left] = read(links, held((n) => (n === 0 ? 'aac-64' : 'flac')), N - 50 - LEAD_SAMPLES - 1, N - 48) ?? assert.fail();
  const extra = (/** @type {number} */ i) => left[i] - 1 - (N - LEAD_SAMPLES - 1 + i) / 2 ** 20;
  close(extra(0), 0);
  assert.ok(Math.abs(extra(1 + LEAD_SAMPLES / 2) - 0.25) < 0.01);
  assert.ok(Math.abs(extra(LEAD_SAMPLES) - 0.5) < 1e-4);
  close(extra(LEAD_SAMPLES + 1), 0.5);
  for (let i = 1; i < LEAD_SAMPLES; i++) assert.ok(extra(i + 1) >= extra(i), 'it only grows');
});

test('the fade is the same wherever slices are cut', () => {
  const renditions = (/** @type {number} */ n) => (n === 0 ? 'aac-64' : 'flac');
  const [whole] = read(links, held(renditions), N - 1200, N + 100) ?? assert.fail();
  const [a] = read(links, held(renditions), N - 1200, N - 500) ?? assert.fail();
  const [b] = read(links, held(renditions), N - 500, N + 100) ?? assert.fail();
  assert.deepEqual(whole, Float32Array.from([...a, ...b]));
});

test('every track comes at one loudness, as far as its peaks allow', () => {
  close(gainOf({ loudness_lufs: -14, true_peak_dbtp: -1 }), 10 ** (-4 / 20));
  close(gainOf({ loudness_lufs: -24, true_peak_dbtp: -10 }), 10 ** (6 / 20));
  close(gainOf({ loudness_lufs: -24, true_peak_dbtp: -3 }), 10 ** (2 / 20));
  close(gainOf({ loudness_lufs: -60, true_peak_dbtp: -40 }), 10 ** (12 / 20));
  assert.equal(gainOf({ loudness_lufs: null, true_peak_dbtp: null }), 1);
  const loud = links.map((link) => ({ ...link, track: { ...link.track, loudness_lufs: -14 } }));
  const [left] = read(loud, held(), 100, 101) ?? assert.fail();
  close(left[0], (1 + 150 / 2 ** 20) * 10 ** (-4 / 20));
});

test('needs names the segments in order', () => {
  const named = [...needs(links, N - 100, Infinity)].map(({ link, n }) => `${link.track.id}:${n}`);
  assert.deepEqual(named, ['1:0', '1:1', '1:2', '2:0']);
  assert.deepEqual([...needs(links, 2 * N + 50, 2 * N + 51)].map(({ n }) => n), [0]);
  assert.deepEqual([...needs(links, 5 * N, Infinity)], []);
});
