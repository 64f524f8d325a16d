// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Player } from '../../static/js/player.js';
import { SEGMENT_SAMPLES, samplesIn } from '../../static/js/segment_grid.js';
import { FakeContext } from './support/audio.js';
import { part } from './support/room.js';

const SERVER_US = 1_795_000_000_000_000;
const RATE = 48_000;
const queue = [{ id: 1, total_samples: 60 * RATE + 7 }, { id: 2, total_samples: 90 * RATE + 5 }, { id: 3, total_samples: 5_000_000 }];

/** @type {Map<string, import('../../static/js/segments.js').Segment>} */
const segments = new Map();

/** Every sample says where it is, as far as 12 bits go. @param {number} id @param {number} n */
function segment(id, n) {
  const key = `${id}:${n}`;
  const length = samplesIn(queue[id - 1].total_samples, n);
  const made = segments.get(key) ?? (() => {
    const pcm = Float32Array.from({ length }, (_, k) => ((n * SEGMENT_SAMPLES + k) % 4096) / 8192);
    return { rendition: 'aac-64', pcm: [pcm, pcm], lead: [pcm, pcm] };
  })();
  segments.set(key, made);
  return made;
}

/**
 * A page on a device: moves time, looks at what really sounds.
 * @param {ConstructorParameters<typeof FakeContext>[0]} [options]
 */
function page(options) {
  const context = new FakeContext(options);
  const missing = new Set();
  const store = {
    get: (/** @type {number} */ id, /** @type {number} */ n) => {
      if (missing.has('all') || missing.has(`${id}:${n}`)) return undefined;
      return segment(id, n);
    },
  };
  const loader = { store, ensure: () => {}, bufferedS: 30 };
  const player = new Player({
    loader: /** @type {any} */ (loader), createContext: () => /** @type {any} */ (context), now: () => context.nowMs,
  });
  player.even = false;
  player.prepare();
  player.setClock({
    atMs: 0, serverUs: SERVER_US, slope: 0, residueMs: 0, sigmaMs: 0.1, boundMs: 1, rttMs: 2, exchanges: 16,
  });
  const nowUs = () => SERVER_US + Math.round(context.nowMs * 1000);
  const run = (/** @type {number} */ ms, /** @type {(() => void) | null} */ look = null) => {
    for (let passed = 0; passed < ms; passed += 20) {
      context.advance(20);
      player.output?.map.sample();
      if (passed % 100 === 0) player.tick();
      look?.();
    }
  };
  /** What the loudspeaker sounds now, as chain samples of each run. */
  const sounding = () => {
    const frame = context.soundedFrames(context.nowMs);
    return [...player.voices].map(([each, voice]) => ({ run: each, voice, sample: voice.sampleAt(frame) }))
      .filter(({ sample }) => sample !== null);
  };
  /** How far what sounds is from what is due, in ms, or null where nothing sounds. */
  const errorMs = () => {
    const [found] = sounding();
    if (!found) return null;
    return ((found.sample ?? 0) - ((nowUs() - found.run.atUs) * 6) / 125) / 48;
  };
  return { context, player, missing, run, nowUs, sounding, errorMs };
}

const playing = (/** @type {number} */ at_us, entry = 1, position = 0) => part(
  { status: 'playing', entry, position, at_us, repeat: 'off' }, queue[entry - 1], queue.slice(entry));
const paused = (/** @type {number} */ at_us) => part({ status: 'paused', entry: 1, position: 0, at_us, repeat: 'off' }, queue[0]);

/** @param {import('./support/audio.js').FakeSource[]} sources */
const laid = (sources) => sources.filter(({ stopped }) => !stopped)
  .map(({ startedAt, buffer }) => ({ frame: startedAt * RATE, length: buffer.length, buffer }))
  .sort((a, b) => a.frame - b.frame);

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
  const before = player.pace.corrections;
  player.setTransport(playing(nowUs() + 200_000));
  run(6_000);
  const slices = laid(context.sources);
  const touched = slices.filter(({ buffer }) => {
    const samples = buffer.getChannelData(0);
    return samples.some((/** @type {number} */ value) => !Number.isInteger(value * 8192));
  });
  assert.ok(touched.length <= (player.pace.corrections - before) * 8, `${touched.length} of ${slices.length}`);
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
    assert.deepEqual([player.resyncs, player.underruns], [0, 0]);
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
  const voice = [...player.voices.values()][0];
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
  const [before, after] = [...player.voices.values()];
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

test('segments that do not come are silence, counted, and the music comes back in step', async () => {
  const { player, missing, run, nowUs, sounding, errorMs } = page();
  await player.listen();
  player.setTransport(playing(nowUs() - 5_000_000));
  run(3_000);
  missing.add('all');
  run(8_000);
  assert.deepEqual([sounding().length, player.underruns], [0, 1]);
  missing.clear();
  run(500);
  const error = errorMs();
  assert.ok(error !== null && Math.abs(error) < 0.5, `${error} ms`);
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

test('the trim moves this device, later if positive', async () => {
  const { player, run, nowUs, errorMs } = page();
  await player.listen();
  player.setTransport(playing(nowUs() - 5_000_000));
  run(20_000);
  player.trimMs = 10;
  run(6_000);
  assert.ok(Math.abs((errorMs() ?? 0) + 10) < 0.4, `${errorMs()} ms`);
  assert.equal(player.resyncs, 0, 'by gliding');
});

test('a browser that sounds later than it says is laid for that much earlier', async () => {
  const { context, player, run, nowUs } = page({ lie: () => -100 });
  player.correctionMs = 100;
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
    assert.deepEqual([player.resyncs, player.underruns], [0, 0]);
  });
}

test('another output is learnt anew, and comes in where its own trim wants it', async () => {
  const { context, player, run, nowUs, sounding, errorMs } = page();
  await player.listen();
  player.setTransport(playing(nowUs() - 20_000_000));
  run(20_000);
  context.slipMs += 140; // its buffers are longer
  player.trimMs = -15;
  player.outputChanged();
  assert.equal(player.ready, false);
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

test('tracks follow each other without a word of the server', async () => {
  const { player, run, nowUs, sounding } = page();
  await player.listen();
  run(1500);
  player.setTransport(playing(nowUs() + 100_000, 1, 55 * RATE));
  run(8_000, () => {
    if (nowUs() > SERVER_US + 3_000_000) assert.equal(sounding().length, 1);
  });
  const [{ run: { links }, sample }] = sounding();
  assert.ok((sample ?? 0) > links[1].start);
  assert.equal(player.underruns, 0);
});

test('another queue behind the current track is followed, though sound was laid ahead', async () => {
  const { player, run, nowUs } = page();
  await player.listen();
  run(1500);
  const at_us = nowUs() + 100_000;
  player.setTransport(playing(at_us, 1, 58 * RATE));
  run(500);
  const voice = [...player.voices.values()][0];
  assert.ok(voice.nextSample > voice.links[1].start, 'laid beyond the join');
  player.setTransport(part({ status: 'playing', entry: 1, position: 58 * RATE, at_us, repeat: 'off' }, queue[0], [queue[2]]));
  run(200);
  assert.equal(voice.links[1].entry, 3);
  assert.equal(player.voices.size, 1);
  const across = voice.slices.filter(({ at, ratio, count }) => at + ratio * count > voice.links[1].start);
  assert.ok(across.length > 0);
});

test('a stream that was disturbed as it began is given up before anything sounds', async () => {
  const { context, player, run, nowUs, errorMs } = page({ lie: (ageMs) => ageMs / 100 });
  let suspended = 0;
  Object.assign(context, {
    suspend: async () => {
      suspended += 1;
      context.lie = () => 0;
      context.state = 'suspended';
      context.onstatechange?.();
    },
  });
  await player.listen();
  player.setTransport(playing(nowUs() - 10_000_000));
  for (let i = 0; i < 30; i++) {
    run(100);
    await new Promise((resume) => setImmediate(resume));
  }
  assert.equal(suspended, 1);
  assert.equal(player.audio, 'running');
  assert.ok(Math.abs(errorMs() ?? 99) < 0.5, String(errorMs()));
});
