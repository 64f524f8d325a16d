// @ts-check
/** The player and the music: what is laid, where, and what becomes of it when the transport changes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { laid, page, part, paused, playing, queue, RATE, SERVER_US } from '../support/playing_page.js';

test('a track that starts in a moment sounds its first sample at its instant', async () => {
  const { context, player, run, nowUs } = page();
  await player.listen();
  run(2000);
  const at_us = nowUs() + 400_000;
  player.setTransport(playing(at_us));
  run(300);
  const [first] = laid(context.sources);
  const soundsMs = context.startMs + context.latencyMs + (first.frame / RATE) * 1000;
  assert.ok(Math.abs(soundsMs - (at_us - SERVER_US) / 1000) < 0.4, `${soundsMs}`);
  assert.ok(Math.abs(first.buffer.getChannelData(0)[1] - 1 / 8192) < 1e-6);
});

test('every slice starts on a whole frame where the one before it ends, also across tracks', async () => {
  const { context, player, run, nowUs } = page();
  await player.listen();
  run(2000);
  player.setTransport(playing(nowUs() + 200_000, 1, 50 * RATE));
  run(15_000);
  const slices = laid(context.sources);
  assert.ok(slices.length > 40);
  slices.reduce((before, slice) => {
    assert.ok(Math.abs(slice.frame - Math.round(slice.frame)) < 1e-6);
    assert.equal(Math.round(slice.frame), Math.round(before.frame) + before.length);
    return slice;
  });
});

test('on a device without drift the samples of a whole track pass untouched', async () => {
  const { context, player, run, nowUs } = page();
  await player.listen();
  run(20_000); // until the map has come to rest
  const before = player.voices.pace.corrections;
  player.setTransport(playing(nowUs() + 200_000));
  run(6_000);
  const slices = laid(context.sources);
  const touched = slices.filter(({ buffer }) => {
    const samples = buffer.getChannelData(0);
    return samples.some((/** @type {number} */ value) => !Number.isInteger(value * 8192));
  });
  assert.ok(touched.length <= (player.voices.pace.corrections - before) * 8, `${touched.length} of ${slices.length}`);
  assert.ok(slices.length - touched.length > slices.length / 2);
});

for (const skewPpm of [0, 66, 104, -104]) {
  test(`a device that is ${skewPpm} ppm off stays on the timeline from the first second, for minutes`, async () => {
    const { player, run, nowUs, errorMs } = page({ skewPpm, seed: 3 });
    await player.listen();
    player.setTransport(playing(nowUs() - 10_000_000));
    run(2_500);
    /** @type {number[]} */
    const found = [];
    run(100_000, () => {
      const error = errorMs();
      assert.ok(error !== null && Math.abs(error) < 0.5, `${error} ms`);
      found.push(Math.abs(error));
    });
    found.sort((a, b) => a - b);
    assert.ok(found[Math.floor(found.length * 0.95)] < 0.25, `p95 ${found[Math.floor(found.length * 0.95)]} ms`);
    assert.deepEqual([player.resyncs, player.voices.underruns], [0, 0]);
  });
}

test('a late joiner enters in the middle, at once and in step', async () => {
  const { context, player, run, nowUs, sounding, errorMs } = page();
  player.setTransport(playing(nowUs() - 30_000_000));
  run(1500);
  assert.deepEqual(sounding(), [], 'not before the press');
  await player.listen();
  const pressedMs = context.nowMs;
  run(400);
  const error = errorMs();
  assert.ok(error !== null && Math.abs(error) < 1, `${error} ms, ${context.nowMs - pressedMs} ms after the press`);
});

test('a pause is heard at its instant, and the sound is faded out', async () => {
  const { player, run, nowUs, sounding } = page();
  await player.listen();
  player.setTransport(playing(nowUs() - 5_000_000));
  run(4_000);
  const at_us = nowUs() + 300_000;
  player.setTransport(paused(at_us));
  const voice = [...player.voices.byPassage.values()][0];
  run(280);
  assert.equal(sounding().length, 1);
  run(60);
  assert.equal(sounding().length, 0);
  const cutMs = (player.output?.pageMsOf(voice.endFrame) ?? 0) - 10;
  assert.ok(Math.abs(SERVER_US + cutMs * 1000 - at_us) < 300, `${cutMs}`);
  assert.deepEqual(/** @type {any} */ (voice.gain.gain).events.slice(-2).map(([kind, value]) => [kind, value]), [['set', 1], ['ramp', 0]]);
});

test('a seek takes over at its instant, on the frame', async () => {
  const { player, run, nowUs } = page({ skewPpm: 66 });
  await player.listen();
  player.setTransport(playing(nowUs() - 5_000_000));
  run(4_000);
  player.setTransport(playing(nowUs() + 300_000, 1, 40 * RATE));
  run(100);
  const [before, after] = [...player.voices.byPassage.values()];
  assert.equal(after.slices[0].at, 0);
  assert.ok(Math.abs(before.endFrame - RATE / 100 - after.slices[0].frame) <= 30, 'the old one fades as the new one starts');
});

test('a command that comes too late takes effect as soon as it can, at the right place', async () => {
  const { player, run, nowUs, sounding, errorMs } = page();
  await player.listen();
  player.setTransport(playing(nowUs() - 5_000_000));
  run(4_000);
  player.setTransport(playing(nowUs() - 1_000_000, 1, 40 * RATE));
  run(260);
  assert.equal(sounding().length, 1);
  const error = errorMs();
  assert.ok(error !== null && Math.abs(error) < 0.5, `${error}`);
});

test('segments that do not come are silence, counted, and the music comes back in step', async () => {
  const { player, missing, run, nowUs, sounding, errorMs } = page();
  await player.listen();
  player.setTransport(playing(nowUs() - 5_000_000));
  run(3_000);
  missing.add('all');
  run(8_000);
  assert.deepEqual([sounding().length, player.voices.underruns], [0, 1]);
  missing.clear();
  run(500);
  const error = errorMs();
  assert.ok(error !== null && Math.abs(error) < 0.5, `${error} ms`);
});

test('tracks follow each other without a word of the server', async () => {
  const { player, run, nowUs, sounding } = page();
  await player.listen();
  run(1500);
  player.setTransport(playing(nowUs() + 100_000, 1, 55 * RATE));
  run(8_000, () => {
    if (nowUs() > SERVER_US + 3_000_000) assert.equal(sounding().length, 1);
  });
  const [{ passage: { links }, sample }] = sounding();
  assert.ok((sample ?? 0) > links[1].start);
  assert.equal(player.voices.underruns, 0);
});

test('another queue behind the current track is followed, though sound was laid ahead', async () => {
  const { player, run, nowUs } = page();
  await player.listen();
  run(1500);
  const at_us = nowUs() + 100_000;
  player.setTransport(playing(at_us, 1, 58 * RATE));
  run(500);
  const voice = [...player.voices.byPassage.values()][0];
  assert.ok(voice.nextSample > voice.links[1].start, 'laid beyond the join');
  player.setTransport(part({ status: 'playing', entry: 1, position: 58 * RATE, at_us, repeat: 'off' }, queue[0], [queue[2]]));
  run(200);
  assert.equal(voice.links[1].entry, 3);
  assert.equal(player.voices.byPassage.size, 1);
  const across = voice.slices.filter(({ at, ratio, count }) => at + ratio * count > voice.links[1].start);
  assert.ok(across.length > 0);
});
