// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HALF_TAPS, isPlain, reach, resample } from '../../../static/js/music/resampler.js';
import { random } from '../support/random.js';

const RATE = 48_000;
const tone = (/** @type {number} */ hz) => (/** @type {number} */ at) => 0.5 * Math.sin((2 * Math.PI * hz * at) / RATE);

/** Read `count` samples of a tone as the player does, and how far they are from the tone, in dB. */
function errorDb(/** @type {number} */ hz, /** @type {number} */ start, /** @type {number} */ ratio, count = 9600) {
  const { first, end } = reach(start, ratio, count);
  const wave = tone(hz);
  const channel = Float32Array.from({ length: end - first }, (_, i) => wave(first + i));
  const [left] = resample([channel, channel], first, start, ratio, count);
  let error = 0;
  let power = 0;
  for (let i = 0; i < count; i++) {
    error += (left[i] - wave(start + i * ratio)) ** 2;
    power += wave(start + i * ratio) ** 2;
  }
  return 10 * Math.log10(error / power);
}

for (const hz of [50, 1000, 5000, 10_000, 15_000, 18_000]) {
  test(`${hz} Hz comes out within -85 dB of itself, wherever and however fast it is read`, () => {
    for (const start of [1000.5, 1000.25, 1000.013]) {
      for (const ratio of [1, 1 + 500e-6, 1 - 500e-6, 1 + 4000e-6, 1 - 31e-6]) {
        const db = errorDb(hz, start, ratio);
        assert.ok(db < -85, `${db} dB from ${start} at ${ratio}`);
      }
    }
  });
}

test('at whole samples and a ratio of 1 the samples pass untouched', () => {
  const r = random(1);
  const noise = Float32Array.from({ length: 1000 }, () => r.between(-1, 1));
  assert.ok(isPlain(100, 1));
  assert.deepEqual(reach(100, 1, 500), { first: 100, end: 600 });
  const [left, right] = resample([noise, noise], 0, 100, 1, 500);
  assert.deepEqual(left, noise.slice(100, 600));
  assert.deepEqual(right, noise.slice(100, 600));
});

test('slices that follow each other are one signal: cut anywhere, the samples are the same', () => {
  const r = random(2);
  const noise = Float32Array.from({ length: 4000 }, () => r.between(-1, 1));
  const ratio = 1 + 123e-6;
  const at = 100.37;
  const [whole] = resample([noise, noise], 0, at, ratio, 3000);
  const [a] = resample([noise, noise], 0, at, ratio, 1234);
  const [b] = resample([noise, noise], 0, at + 1234 * ratio, ratio, 1766);
  for (let i = 0; i < 3000; i++) {
    assert.ok(Math.abs(whole[i] - (i < 1234 ? a[i] : b[i - 1234])) < 1e-5, `sample ${i}`);
  }
});

test('it reads exactly what reach() says', () => {
  for (const [start, ratio, count] of [[0.5, 1, 10], [7, 1.0005, 11_520], [7.999, 0.9995, 11_520], [-3.2, 1, 4]]) {
    const { first, end } = reach(start, ratio, count);
    assert.ok(first <= start - HALF_TAPS + 1.001);
    const silence = new Float32Array(end - first);
    const [out] = resample([silence, silence], first, start, ratio, count);
    assert.ok(out.every((value) => value === 0), 'a read past the end would be NaN');
  }
});

test('a constant stays what it is, and full scale does not grow', () => {
  const ones = new Float32Array(2000).fill(1);
  const [out] = resample([ones, ones], 0, 100.123, 1.0003, 1500);
  for (const value of out) assert.ok(Math.abs(value - 1) < 2e-5);
});
