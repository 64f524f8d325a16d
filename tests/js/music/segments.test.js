// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calibration, trimOf } from '../../../static/js/music/calibration.js';
import { SEGMENT_SAMPLES, samplesIn } from '../../../static/js/music/segment_grid.js';
import { decodable, decodeSegment, KEPT_S, LEAD_SAMPLES, SegmentError, SegmentStore } from '../../../static/js/music/segments.js';
import { track } from '../support/room.js';

const PREROLL = 3072;
const { renditions } = track({ id: 1, total_samples: SEGMENT_SAMPLES * 40 + 11 });
const aac = renditions[0];

/** A segment as the server packs it: a free box, and in it what comes before. */
function packed(/** @type {number[]} */ preroll, /** @type {number[]} */ media) {
  const bytes = new Uint8Array(8 + preroll.length + media.length);
  new DataView(bytes.buffer).setUint32(0, 8 + preroll.length);
  bytes.set([...'free'].map((c) => c.charCodeAt(0)), 4);
  bytes.set(preroll, 8);
  bytes.set(media, 8 + preroll.length);
  return bytes.buffer;
}

/** A decoder whose sample k is k, less what it drops in front, with some padding behind. */
const ramp = (/** @type {number} */ length, dropped = 0) => async () => /** @type {any} */ ({
  length: length - dropped, numberOfChannels: 2,
  getChannelData: () => Float32Array.from({ length: length - dropped }, (_, k) => k + dropped),
});

test('the decoder is given the initialisation, the preroll out of its box, and the rest', () => {
  const init = new Uint8Array([1, 2]).buffer;
  assert.deepEqual([...new Uint8Array(decodable(init, packed([3, 4, 5], [6, 7])))], [1, 2, 3, 4, 5, 6, 7]);
});

test('what does not begin with a free box is not a segment', () => {
  assert.throws(() => decodable(new ArrayBuffer(4), new ArrayBuffer(64)), SegmentError);
  assert.throws(() => decodable(new ArrayBuffer(4), new ArrayBuffer(3)), SegmentError);
});

for (const trimmed of [0, 1024, 2112]) {
  test(`of a decoder that drops ${trimmed} samples in front, the segment is still exactly itself`, async () => {
    const { pcm, lead } = await decodeSegment({
      init: new ArrayBuffer(0), segment: packed([1], [2]), rendition: aac, samples: 5000, trimmed,
      decodeWith: ramp(PREROLL + 5000 + 239, trimmed),
    });
    assert.equal(pcm[0].length, 5000);
    assert.deepEqual([pcm[0][0], pcm[1][4999]], [PREROLL, PREROLL + 4999]);
    assert.deepEqual([lead[0].length, lead[0][0], lead[0][LEAD_SAMPLES - 1]], [LEAD_SAMPLES, PREROLL - LEAD_SAMPLES, PREROLL - 1]);
  });
}

test('too few samples are an error, not silence, but for the very end of a track', async () => {
  const decoded = (/** @type {number} */ samples, /** @type {number} */ length) => decodeSegment({
    init: new ArrayBuffer(0), segment: packed([1], [2]), rendition: aac, samples, decodeWith: ramp(PREROLL + length),
  });
  await assert.rejects(decoded(SEGMENT_SAMPLES, SEGMENT_SAMPLES - 1), SegmentError);
  await assert.rejects(decoded(5000, 3000), SegmentError);
  const { pcm } = await decoded(5000, 4999);
  assert.deepEqual([pcm[0].length, pcm[0][4998], pcm[0][4999]], [5000, PREROLL + 4998, 0]);
});

/** A store on a network that the test plays. */
function store(/** @type {(url: string, tries: number) => any} */ answer, trimmed = 0) {
  /** @type {string[]} */
  const asked = [];
  /** @type {number[]} */
  const pauses = [];
  const made = new SegmentStore({
    trimmedBy: async () => trimmed,
    fetch: /** @type {any} */ (async (/** @type {string} */ url, /** @type {RequestInit} */ { signal }) => {
      asked.push(url);
      const found = await answer(url, asked.filter((each) => each === url).length);
      if (signal?.aborted) throw new DOMException('aborted', 'AbortError');
      if (found instanceof Error) throw found;
      return found;
    }),
    pause: async (ms) => { pauses.push(ms); },
    decodeWith: ramp(PREROLL + SEGMENT_SAMPLES),
  });
  return { store: made, asked, pauses };
}
const good = { ok: true, status: 200, arrayBuffer: async () => packed([1], [2]) };
const big = track({ id: 1, total_samples: SEGMENT_SAMPLES * 40 + 11 });

test('a segment is fetched once, its initialisation once for all', async () => {
  const { store: held, asked } = store(() => good);
  await Promise.all([held.load(big, aac, 0), held.load(big, aac, 0), held.load(big, aac, 1)]);
  await held.load(big, aac, 0);
  assert.deepEqual(asked.sort(), ['/library/audio/1/aac-64/0.m4s', '/library/audio/1/aac-64/1.m4s', '/library/audio/1/aac-64/init.mp4']);
  assert.equal(held.get(1, 1)?.pcm[0].length, SEGMENT_SAMPLES);
});

test('a fetch that fails is tried again, later each time, and at last given up', async () => {
  const { store: held, asked, pauses } = store((url) => (url.endsWith('m4s') ? new TypeError('no network') : good));
  await assert.rejects(held.load(big, aac, 3));
  assert.equal(asked.filter((url) => url.endsWith('m4s')).length, 4);
  assert.deepEqual(pauses, [300, 600, 1200]);
  assert.equal(held.pending.size, 0);
});

test('a server that hiccups once is forgiven', async () => {
  const { store: held } = store((url, tries) => (url.endsWith('m4s') && tries === 1 ? { ok: false, status: 503 } : good));
  await held.load(big, aac, 3);
  assert.ok(held.has(1, 3));
});

test('what is not wanted any more is given up', async () => {
  /** @type {(value: any) => void} */
  let arrive = () => {};
  const { store: held } = store((url) => (url.endsWith('5.m4s') ? new Promise((resolve) => { arrive = resolve; }) : good));
  const loading = held.load(big, aac, 5);
  await null;
  held.keepOnly(new Set(['1:6']));
  arrive(good);
  await assert.rejects(loading, { name: 'AbortError' });
  assert.equal(held.has(1, 5), false);
});

test('memory is bounded: what was used longest ago goes first', async () => {
  const { store: held } = store(() => good);
  for (let n = 0; n < 40; n++) {
    await held.load(big, aac, n);
    held.get(1, 0); // in use all the time
  }
  assert.ok(held.decodedS <= KEPT_S, String(held.decodedS));
  assert.ok(held.has(1, 0) && held.has(1, 39) && !held.has(1, 1));
});

test('the last segment is as long as the track says', () => {
  assert.equal(samplesIn(SEGMENT_SAMPLES * 2 + 5, 2), 5);
  assert.equal(samplesIn(SEGMENT_SAMPLES * 2, 1), SEGMENT_SAMPLES);
  assert.equal(samplesIn(SEGMENT_SAMPLES * 2, 2), 0);
});

const marked = (/** @type {number} */ at, length = 8000) => {
  const pcm = new Float32Array(length).fill(0.001);
  pcm[at] = 0.8;
  return pcm;
};

test('the marker tells what a decoder drops; one that is somewhere else tells that it cannot be used', () => {
  assert.equal(trimOf(marked(5000), 5000), 0);
  assert.equal(trimOf(marked(3977), 5000), 1024);
  assert.equal(trimOf(marked(2888), 5000), 2112);
  assert.equal(trimOf(marked(4500), 5000), null);
  assert.equal(trimOf(marked(5100), 5000), null, 'nothing may be added in front');
  assert.equal(trimOf(new Float32Array(8000), 5000), null, 'silence: decoded, but not this');
});

test('a codec that does not decode is not used; without any knowledge all are', async () => {
  const manifest = { renditions: renditions.map(({ id, codec }) => ({ id, codec, url: `calibration/${id}`, marker_sample: 5000 })) };
  /** @type {string[]} */
  const asked = [];
  const calibration = new Calibration({
    manifestUrl: '/music/library/calibration.json',
    fetch: /** @type {any} */ (async (/** @type {string} */ url) => {
      asked.push(url);
      return { ok: true, json: async () => manifest, arrayBuffer: async () => url };
    }),
    decodeWith: async (bytes) => {
      if (!String(bytes).endsWith('/flac')) throw new Error('EncodingError');
      return /** @type {any} */ ({ getChannelData: () => marked(5000) });
    },
  });
  assert.equal(calibration.playable(renditions).length, 4);
  assert.equal(await calibration.trimmedBy('fLaC'), 0);
  assert.deepEqual(calibration.playable(renditions).map(({ id }) => id), ['flac']);
  assert.deepEqual(asked, [
    '/music/library/calibration.json', '/music/library/calibration/aac-64', '/music/library/calibration/flac',
  ], 'one of each codec, beside the manifest');
});

test('a library without calibration sounds leaves everything as it is', async () => {
  const calibration = new Calibration({ manifestUrl: '/', fetch: /** @type {any} */ (async () => ({ ok: false })) });
  assert.equal(await calibration.trimmedBy('mp4a.40.2'), 0);
  assert.equal(calibration.playable(renditions).length, 4);
});
