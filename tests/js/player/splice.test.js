// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alike, placeToSplice, REACH_SAMPLES, SPLICE_MS } from '../../../static/js/player/splice.js';
import { page, paused, playing } from '../support/playing_page.js';
import { random } from '../support/random.js';

const RATE = 48_000;
const FADE = (SPLICE_MS * RATE) / 1000;

/** @param {(n: number) => number} at */
const music = (at) => (/** @type {number} */ start, /** @type {number} */ end) => {
  const samples = Float32Array.from({ length: end - start }, (_, k) => at(start + k));
  return [samples, samples];
};
const tone = (/** @type {number} */ hz) => (/** @type {number} */ n) => Math.sin((2 * Math.PI * hz * n) / RATE);

/** @param {(start: number, end: number) => Float32Array[] | null} read @param {number} off  samples */
const splice = (read, off, from = 10_000) => placeToSplice(
  { read, sounding: (frame) => from + frame, wanted: (frame) => from + off + frame }, 0);

/** How alike what sounds and what is to sound are there, and how far from the wanted place that is.
 * @param {(start: number, end: number) => Float32Array[]} read @param {number} off */
function spliced(read, off) {
  const place = splice(read, off);
  assert.ok(place);
  const [from, to] = [10_000 + place.frame, place.sample];
  return { ...place, likeness: alike(read(from, from + FADE)[0], read(to, to + FADE)[0]), missed: to - from - off };
}

for (const hz of [220, 440, 1_000, 3_333]) {
  test(`a tone of ${hz} Hz goes on in phase, wherever it is to go`, () => {
    for (let off = 240; off < 1_440; off += 77) {
      for (const each of [off, -off]) {
        const { likeness, missed } = spliced(music(tone(hz)), each);
        assert.ok(likeness > 0.97, `${likeness}`);
        assert.ok(Math.abs(missed) <= REACH_SAMPLES);
      }
    }
  });
}

test('in a chord the place is found that is most like, much better than any', () => {
  const [a, b, c] = [tone(261.6), tone(329.6), tone(392)];
  const read = music((n) => a(n) + b(n) + c(n));
  const found = [];
  for (let off = 240; off < 1_440; off += 123) found.push(spliced(read, off).likeness);
  assert.ok(Math.min(...found) > 0.4 && found.reduce((sum, each) => sum + each) / found.length > 0.7, found.join());
});

test('where the music repeats itself, it goes on at the very sample', () => {
  const { between } = random(3);
  const noise = Float32Array.from({ length: 4_096 }, () => between(-1, 1));
  assert.equal(spliced(music((n) => noise[((n % 700) + 700) % 700]), 700 + 31).missed, -31);
});

test('it waits up to a quarter of a second for a moment at which it is heard less', () => {
  const { between } = random(4);
  const noise = Float32Array.from({ length: 40_000 }, () => between(-1, 1));
  const read = music((n) => (n >= 16_000 && n < 19_000 ? tone(500)(n) : noise[n]));
  const { frame, likeness } = spliced(read, 500);
  assert.ok(frame > 5_500 && frame < 9_000 && likeness > 0.97, `${frame}, ${likeness}`);
});

test('in silence it goes nearly where it should; where samples are missing, nowhere', () => {
  assert.ok(Math.abs(spliced(music(() => 0), 500).missed) <= REACH_SAMPLES);
  assert.equal(splice(() => null, 500), null);
});

for (const slipMs of [8, -20, 29]) {
  test(`a device that skips by ${slipMs} ms is in step within 2.5 s, by one splice`, async () => {
    const { context, player, run, nowUs, errorMs } = page({ skewPpm: 66 });
    await player.listen();
    player.setTransport(playing(nowUs() - 5_000_000));
    run(30_000);
    context.slipMs += slipMs;
    const [before] = player.voices.byPassage.values();
    let passedMs = 0;
    for (; player.splices === 0 && passedMs < 2_000; passedMs += 20) run(20);
    const [after] = player.voices.byPassage.values();
    assert.equal(before.endFrame, after.slices[0].frame + FADE, 'it is never silent');
    run(2_500 - passedMs);
    assert.ok(Math.abs(errorMs() ?? 99) < 1, `${errorMs()} ms`);
    assert.deepEqual([player.splices, player.resyncs, player.voices.underruns], [1, 0, 0]);
  });
}

test('a pause amid a splice silences both', async () => {
  const { context, player, run, nowUs, sounding } = page();
  await player.listen();
  player.setTransport(playing(nowUs() - 5_000_000));
  run(30_000);
  context.slipMs += 20;
  for (let passed = 0; player.splices === 0 && passed < 3_000; passed += 20) run(20);
  const both = player.voices.all();
  assert.equal(both.length, 2);
  const at_us = nowUs() + 150_000;
  player.setTransport(paused(at_us));
  const cutFrame = player.frames.frameOf(at_us);
  for (const voice of both) assert.ok(voice.endFrame <= cutFrame + 0.011 * RATE);
  run(1_000);
  assert.deepEqual([sounding().length, player.voices.all().length], [0, 0]);
});
