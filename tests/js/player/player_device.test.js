// @ts-check
/** The player and its device: skips, suspensions, trims, and other outputs. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { laid, page, playing, RATE, SERVER_US } from '../support/playing_page.js';

test('a device that skips is mended within 2 s, by gliding', async () => {
  const { context, player, run, nowUs, errorMs } = page({ skewPpm: 66 });
  await player.listen();
  player.setTransport(playing(nowUs() - 5_000_000));
  run(30_000);
  context.slipMs += 4.3;
  run(2_400);
  run(3_000, () => {
    const error = errorMs();
    assert.ok(error !== null && Math.abs(error) < 0.6, `${error} ms`);
  });
  assert.equal(player.resyncs, 0);
});

test('an error beyond 30 ms is jumped over, once, faded', async () => {
  const { context, player, run, nowUs, errorMs } = page();
  await player.listen();
  player.setTransport(playing(nowUs() - 5_000_000));
  run(30_000);
  context.slipMs += 80;
  run(3_000);
  const error = errorMs();
  assert.ok(error !== null && Math.abs(error) < 0.6, `${error} ms`);
  assert.equal(player.resyncs, 1);
});

test('a suspended context starts over when it runs again', async () => {
  const { context, player, run, nowUs, sounding, errorMs } = page();
  await player.listen();
  player.setTransport(playing(nowUs() - 5_000_000));
  run(3_000);
  context.state = 'suspended';
  context.onstatechange?.();
  assert.equal(player.audio, 'suspended');
  run(4_000);
  assert.deepEqual(sounding(), []);
  await context.resume();
  run(3_000);
  const error = errorMs();
  assert.ok(error !== null && Math.abs(error) < 1, `${error} ms`);
});

test('a hidden page whose timers run no more has twelve seconds laid, and sounds on by one tick in ten', async () => {
  const { context, player, run, nowUs, errorMs } = page();
  await player.listen();
  player.setTransport(playing(nowUs() - 5_000_000));
  run(5_000);
  player.hidden = true;
  for (let ticks = 0; ticks < 3; ticks++) {
    player.tick();
    for (let passed = 0; passed < 10_000; passed += 20) {
      context.advance(20);
      const error = errorMs();
      assert.ok(error !== null && Math.abs(error) < 1, `${error} ms, ${passed} ms after a tick`);
    }
  }
  assert.deepEqual([player.voices.underruns, player.resyncs], [0, 0]);
});

test('a page that was hidden and silent for ten minutes, its timers running once a minute, starts in step', async () => {
  const { context, player, run, nowUs, sounding, errorMs } = page({ skewPpm: 66 });
  await player.listen();
  run(8_000);
  player.hidden = true;
  for (let minute = 0; minute < 10; minute++) {
    for (let passed = 0; passed < 60_000; passed += 20) context.advance(20);
    player.outputs.sample();
    player.tick();
  }
  for (let passed = 0; passed < 30_000; passed += 20) context.advance(20);
  player.setTransport(playing(nowUs() + 300_000));
  for (let passed = 0; passed < 340; passed += 20) context.advance(20);
  assert.equal(sounding().length, 1);
  run(5_000, () => {
    const error = errorMs();
    assert.ok(error !== null && Math.abs(error) < 0.7, `${error} ms`);
  });
  assert.deepEqual([player.resyncs, player.voices.underruns], [0, 0]);
});

for (const clockStands of [false, true]) {
  test(`a machine that slept is in step 2 s after it woke, ${clockStands ? 'the clock having stood still, too' : 'by the clock it had'}`, async () => {
    const { player, run, nowUs, sounding, errorMs, sleep, learn } = page();
    let told = 0;
    player.addEventListener('slept', () => { told += 1; });
    await player.listen();
    player.setTransport(playing(nowUs() - 5_000_000));
    run(20_000);
    sleep(25_000, clockStands);
    player.tick();
    assert.deepEqual(sounding(), [], 'nothing of before the sleep');
    run(300);
    learn();
    run(1_600);
    const error = errorMs();
    assert.ok(error !== null && Math.abs(error) < 1, `${error} ms`);
    assert.deepEqual([told, player.resyncs], [1, 1]);
  });
}

test('the trim moves this device, later if positive', async () => {
  const { player, run, nowUs, errorMs } = page();
  await player.listen();
  player.setTransport(playing(nowUs() - 5_000_000));
  run(20_000);
  player.frames.trimMs = 10;
  run(6_000);
  assert.ok(Math.abs((errorMs() ?? 0) + 10) < 0.4, `${errorMs()} ms`);
  assert.equal(player.resyncs, 0, 'by gliding');
});

test('a browser that sounds later than it says is laid for that much earlier', async () => {
  const { context, player, run, nowUs } = page({ lie: () => -100 });
  player.frames.correctionMs = 100;
  await player.listen();
  run(2_000);
  const at_us = nowUs() + 400_000;
  player.setTransport(playing(at_us));
  run(300);
  const soundsMs = context.startMs + context.latencyMs + (laid(context.sources)[0].frame / RATE) * 1000;
  assert.ok(Math.abs(soundsMs - (at_us - SERVER_US) / 1000) < 0.4, `${soundsMs}`);
});

for (const trimMs of [-2000, 2000]) {
  test(`a trim of ${trimMs} ms is leapt to at once, and is no stumble`, async () => {
    const { player, run, nowUs, errorMs } = page();
    await player.listen();
    player.setTransport(playing(nowUs() - 20_000_000));
    run(20_000);
    player.setTrimMs(trimMs);
    run(600);
    assert.ok(Math.abs((errorMs() ?? 0) + trimMs) < 0.5, `${errorMs()} ms`);
    run(10_000);
    assert.ok(Math.abs((errorMs() ?? 0) + trimMs) < 0.5, `${errorMs()} ms`);
    assert.deepEqual([player.resyncs, player.voices.underruns], [0, 0]);
  });
}

test('another output is learnt anew, and comes in where its own trim wants it', async () => {
  const { context, player, run, nowUs, sounding, errorMs } = page();
  await player.listen();
  player.setTransport(playing(nowUs() - 20_000_000));
  run(20_000);
  context.slipMs += 140; // its buffers are longer
  player.frames.trimMs = -15;
  player.outputChanged();
  assert.equal(player.frames.ready, false);
  assert.equal(player.errorMs, null, 'of the output before');
  run(200);
  assert.equal(sounding().length, 0);
  run(1_500);
  assert.ok(Math.abs((errorMs() ?? 0) - 15) < 0.5, `${errorMs()} ms`);
  assert.equal(player.resyncs, 0);
});

test('silence is of this device alone, and listening again comes back', async () => {
  const { player, run, nowUs, sounding } = page();
  await player.listen();
  player.setTransport(playing(nowUs() - 5_000_000));
  run(2_000);
  player.silence();
  run(300);
  assert.deepEqual(sounding(), []);
  await player.listen();
  run(400);
  assert.equal(sounding().length, 1);
});
