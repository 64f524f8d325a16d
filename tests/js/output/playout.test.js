// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PULSEAUDIO } from '../../../static/js/output/pulseaudio.js';
import { PlayoutMap } from '../../../static/js/output/playout.js';
import { FakeContext } from '../support/audio.js';
import { measuredSwing } from '../support/measured_swing.js';

/** How an audio server's own filter was seen to wander where a stream began well: 0.4 ms off, then as far to the other side. */
const wandering = (/** @type {number} */ firstMs) => (/** @type {number} */ ageMs) => {
  if (ageMs < 5000) return firstMs * (1 - ageMs / 2500);
  return ageMs < 14_000 ? -firstMs * (1 - (ageMs - 5000) / 9000) : 0;
};
const CALLBACK_MS = 1024 / 48;
/** And where its device ran dry as it began, after `atMs`: by 20 ms for a quarter of a minute. */
const swinging = (/** @type {number} */ atMs) => (/** @type {number} */ ageMs) => {
  if (ageMs < atMs) return 0;
  return 20 * Math.sin((ageMs - atMs) / 1500) * Math.max(0, 1 - (ageMs - atMs) / 15_000);
};

/**
 * Sample for some seconds; how far off the map is at the end of each step, in ms.
 * @param {FakeContext} context @param {PlayoutMap} map @param {number} seconds
 */
function errors(context, map, seconds) {
  const found = [];
  const endMs = context.nowMs + seconds * 1000;
  for (let i = 0; context.nowMs < endMs; i++) {
    context.advance(context.firefox ? 4 + (i * 3.7) % 3 : 16 + (i * 3.7) % 9); // as timers are
    map.sample();
    const trueMs = (context.soundedFrames(context.nowMs) * 1000) / 48_000;
    if (map.ready) found.push({ s: (context.nowMs - context.startMs) / 1000, errorMs: map.contextMsAt(context.nowMs) - trueMs });
  }
  return found;
}

/** @param {ConstructorParameters<typeof FakeContext>[0]} [options] */
function device(options, platform = { curve: PULSEAUDIO, loading: false }) {
  const context = new FakeContext(options);
  const map = new PlayoutMap({ context: /** @type {any} */ (context), now: () => context.nowMs, platform });
  return { context, map };
}

/** @param {{s: number, errorMs: number}[]} found @param {number} withinMs @param {number} [fromS] */
function assertWithin(found, withinMs, fromS = 0) {
  const late = found.filter(({ s }) => s >= fromS);
  assert.ok(late.length > 0);
  for (const { s, errorMs } of late) assert.ok(Math.abs(errorMs) < withinMs, `${errorMs} ms at ${s} s`);
}

for (const skewPpm of [0, 66, -104]) {
  test(`a device that is ${skewPpm} ppm off is known within 0.6 s, and its skew soon`, () => {
    const { context, map } = device({ skewPpm });
    const found = errors(context, map, 60);
    assert.ok(found[0].s < 0.6, `${found[0].s} s`);
    assertWithin(found, 0.4);
    assertWithin(found, 0.2, 25);
    assert.ok(Math.abs(map.reading().skewPpm - skewPpm) < 15, `${map.reading().skewPpm} ppm`);
    assert.deepEqual([map.steps, map.source, map.doubtful], [0, 'reported', false]);
    assert.ok(Math.abs(map.reading().latencyMs - context.latencyMs - CALLBACK_MS) < 1, `${map.reading().latencyMs} ms`);
  });
}

for (const firstMs of [0.4, -0.4]) {
  test(`a report that begins ${firstMs} ms off and wanders is averaged`, () => {
    const { context, map } = device({ skewPpm: 66, lie: wandering(firstMs) });
    const found = errors(context, map, 60);
    assertWithin(found, 0.6);
    assertWithin(found, 0.2, 40);
    assert.deepEqual([map.steps, map.doubtful], [0, false]);
  });
}

for (const [times, withinMs] of [[1, 0.35], [2.5, 0.8], [0.3, 0.35]]) {
  test(`a swing as PulseAudio's filter makes it, ${times} times the measured one, is taken out from its first second on`, () => {
    const { context, map } = device({ skewPpm: 66, lie: (ageMs) => times * measuredSwing(ageMs) });
    const found = errors(context, map, 40);
    assertWithin(found, withinMs, 1.2);
    assertWithin(found, 0.25, 30);
    assert.deepEqual([map.steps, map.source], [0, 'reported']);
  });
}

test('buffers that fill otherwise do not move what sounds', () => {
  const { context, map } = device({ skewPpm: 66 });
  const found = errors(context, map, 0.8);
  for (const fillMs of [13, 11, 9, 0, -3, 20]) {
    context.fillMs = fillMs;
    found.push(...errors(context, map, 2));
  }
  assertWithin(found, 0.5);
  assert.deepEqual([map.steps, map.doubtful], [0, false]);
});

for (const atMs of [200, 600, 1500]) {
  test(`a stream that is disturbed ${atMs} ms after it began is doubtful`, () => {
    const { context, map } = device({ lie: swinging(atMs) });
    errors(context, map, 3);
    assert.equal(map.doubtful, true);
  });
}

test('a report that swings later is not followed, and is believed again when it has come to rest', () => {
  const { context, map } = device({ skewPpm: 66, lie: swinging(20_000) });
  const found = errors(context, map, 30);
  assert.equal(map.source, 'held');
  found.push(...errors(context, map, 20));
  assertWithin(found, 1);
  assert.deepEqual([map.source, map.doubtful], ['reported', false]);
});

for (const slipMs of [4.3, -4.3, 60]) {
  test(`a device that slips by ${slipMs} ms is found out within 1.5 s`, () => {
    const { context, map } = device({ skewPpm: 66 });
    errors(context, map, 30);
    context.slipMs += slipMs;
    const at = context.nowMs;
    assertWithin(errors(context, map, 10), 0.6, (at - context.startMs + 1500) / 1000);
    assert.deepEqual([map.steps, map.doubtful], [1, true], 'another stream is known better');
    errors(context, map, 10);
    assert.equal(map.doubtful, false, 'its report has settled');
  });
}

test('a device that ran dry and whose report then swings is not far off, and another stream is wanted', () => {
  const lie = (/** @type {number} */ ageMs) => (ageMs < 20_000 ? 0 : -60 * Math.sin((ageMs - 20_000) / 2_000));
  const { context, map } = device({ skewPpm: 66, lie });
  errors(context, map, 20);
  context.slipMs -= 110;
  assertWithin(errors(context, map, 1.5), 30, 21.2);
  assert.deepEqual([map.source, map.steps, map.doubtful], ['held', 1, true]);
});

test('a device that ran dry and was filled again at once, so that only the report is off, wants another stream', () => {
  const lie = (/** @type {number} */ ageMs) => (ageMs < 20_000 ? 0 : -20 * Math.sin((ageMs - 20_000) / 2_000));
  const { context, map } = device({ skewPpm: 66, lie });
  errors(context, map, 20);
  context.slipMs += 41;
  errors(context, map, 0.6);
  context.fillMs += 41;
  assertWithin(errors(context, map, 1.4), 30, 21.5);
  assert.deepEqual([map.source, map.steps, map.doubtful], ['held', 1, true]);
});

for (const jumpMs of [4, -11]) {
  test(`a report that jumps by ${jumpMs} ms and comes back, while the device goes on evenly, is not followed`, () => {
    const back = (/** @type {number} */ ageMs) => 0.6 ** Math.floor((ageMs - 20_000) / 1_500);
    const { context, map } = device({ skewPpm: 66, lie: (ageMs) => (ageMs < 20_000 ? 0 : jumpMs * back(ageMs)) });
    const found = errors(context, map, 22);
    assert.equal(map.doubtful, true, 'another stream, if nothing sounds');
    assertWithin([...found, ...errors(context, map, 23)], 1);
    assert.deepEqual([map.steps, map.doubtful], [0, false]);
  });
}

test('a stream that begins as the device steps is not taken for one that swings by 200 ms', () => {
  const { context, map } = device();
  errors(context, map, 0.4);
  context.slipMs += 160;
  const found = errors(context, map, 3);
  assertWithin(found, 165);
  assertWithin(found, 1, 2);
});

test('a browser that was read evenly does not scatter because its machine is busy', () => {
  const { context, map } = device({ readLate: false });
  errors(context, map, 1);
  context.readLate = true;
  errors(context, map, 3);
  assert.notEqual(map.source, 'envelope');
});

test('a small slip is known once the report has stood still', () => {
  const { context, map } = device({ skewPpm: 66 });
  errors(context, map, 30);
  context.slipMs += 1.6;
  assertWithin(errors(context, map, 10).slice(-200), 0.3);
});

test('another output is noticed by what it reports', () => {
  let extraMs = 0;
  const { context, map } = device({ lie: () => extraMs });
  errors(context, map, 18);
  const before = map.reading().latencyMs;
  extraMs = 180; // the buffers are as before, only the report says that there is more behind them
  errors(context, map, 4);
  assert.ok(Math.abs(map.reading().latencyMs - before - 180) < 1, String(map.reading().latencyMs));
});

/** As the timers of a page that is hidden and silent: once a second for five minutes, then once a minute.
 * @param {FakeContext} context @param {PlayoutMap} map @param {number} seconds */
function rareErrors(context, map, seconds) {
  const found = [];
  for (let passed = 0; passed < seconds;) {
    const waits = passed < 300 ? 1 : 60;
    passed += waits;
    for (let ms = 0; ms < waits * 1000; ms += 20) context.advance(20);
    map.sample();
    const trueMs = (context.soundedFrames(context.nowMs) * 1000) / 48_000;
    found.push({ s: (context.nowMs - context.startMs) / 1000, errorMs: map.contextMsAt(context.nowMs) - trueMs });
  }
  return found;
}

test('a page that reads once a second, and then once a minute, knows at each reading what sounds', () => {
  const { context, map } = device({ skewPpm: 66 });
  errors(context, map, 8);
  assertWithin(rareErrors(context, map, 900), 0.5);
  assertWithin(errors(context, map, 10), 0.5);
  assert.deepEqual([map.steps, map.source], [0, 'reported']);
});

test('a device that slips while it is read once a minute is found out with the next reading', () => {
  const { context, map } = device({ skewPpm: 66 });
  errors(context, map, 8);
  rareErrors(context, map, 480);
  context.slipMs += 27;
  assertWithin(rareErrors(context, map, 900).slice(-5), 0.5);
});

test('a stream that begins while its page reads once a minute is known with the second reading', () => {
  const { context, map } = device({ skewPpm: 66 });
  errors(context, map, 8);
  rareErrors(context, map, 360);
  map.reset('stream_interrupted');
  for (const ready of [false, true]) {
    for (let ms = 0; ms < 60_000; ms += 20) context.advance(20);
    map.sample();
    assert.equal(map.ready, ready);
  }
  assertWithin(rareErrors(context, map, 1), 0.5);
});

test('a reading of its own shows no scatter, and hides none', () => {
  const { context, map } = device({ skewPpm: 66, readLate: true });
  errors(context, map, 0.4);
  rareErrors(context, map, 300);
  errors(context, map, 3);
  assert.equal(map.source, 'envelope');
});

test('stamps that are older than they say are read by their upper envelope', () => {
  const { context, map } = device({ skewPpm: 66, readLate: true });
  const found = errors(context, map, 20);
  assert.equal(map.source, 'envelope');
  assertWithin(found, 1, 5);
});

test('without output time stamps, currentTime and the stated latency have to do', () => {
  const { context, map } = device({ stamps: false });
  const found = errors(context, map, 10);
  assert.equal(map.source, 'estimated');
  assert.ok(found.length > 100);
  const last = found.slice(-50).map(({ errorMs }) => errorMs);
  assert.ok(Math.max(...last) - Math.min(...last) < 1, 'steady, if not true: nobody says what comes after the callback');
});

for (const seed of [1, 2, 3, 4]) {
  test(`Firefox's one answer is counted from what was written by then (${seed})`, () => {
    const { context, map } = device({ skewPpm: 66, firefox: true, seed });
    const found = errors(context, map, 20);
    assert.equal(map.source, 'estimated');
    assert.ok(found[0].s < 2, `${found[0].s} s`);
    assertWithin(found, 1.5);
    assertWithin(found, 0.8, 5);
    const { asked } = context;
    assert.ok(asked && asked.sinceCallbackMs > 4 && asked.sinceCallbackMs < 10, JSON.stringify(asked));
  });
}

test("Firefox's answer holds for its next stream, which is not asked again", () => {
  const { context, map } = device({ firefox: true });
  errors(context, map, 5);
  const { asked } = context;
  map.reset('stream_interrupted');
  const found = errors(context, map, 5);
  assert.equal(context.asked, asked);
  assertWithin(found, 1, 6);
});

test('a browser whose stamps are all from the future, after the first, is one without', () => {
  const { context, map } = device();
  context.getOutputTimestamp = () => {
    const contextTime = Math.max(0, context.currentTime - 0.0027);
    return { contextTime, performanceTime: contextTime && context.nowMs + (context.currentTime - 0.03) * 1000 };
  };
  const found = errors(context, map, 5);
  assert.equal(map.source, 'estimated');
  assert.ok(found.length > 100);
});

test('a frozen or broken stamp is not believed', () => {
  const { context, map } = device();
  errors(context, map, 3);
  const { latencyMs } = map.reading();
  const frozen = { ...context.stamp };
  context.getOutputTimestamp = () => frozen;
  errors(context, map, 3);
  context.getOutputTimestamp = () => ({ contextTime: context.currentTime / 48_000, performanceTime: context.nowMs });
  errors(context, map, 3);
  assert.ok(Math.abs(map.reading().latencyMs - latencyMs) < 1);
});

test('pageMsAt undoes contextMsAt', () => {
  const { context, map } = device({ skewPpm: 66 });
  errors(context, map, 5);
  for (const ms of [1000, 5000, 20_000]) assert.ok(Math.abs(map.pageMsAt(map.contextMsAt(ms)) - ms) < 1e-6);
});

test('a resumed context is learnt anew', () => {
  const { context, map } = device();
  errors(context, map, 5);
  map.reset('stream_interrupted');
  assert.equal(map.ready, false);
  errors(context, map, 2);
  assert.equal(map.ready, true);
});

test('a latency stated before anything is written is a constant where the clock is coarse, and old news where it is fine', () => {
  for (const [stepMs, constant] of /** @type {[number, boolean][]} */ ([[1, false], [16.667, true]])) {
    let reads = 0;
    const now = () => Math.floor(reads++ / 1000 / stepMs) * stepMs; // a read takes a microsecond
    const context = /** @type {any} */ ({
      currentTime: 0, outputLatency: 0.025, getOutputTimestamp: () => ({ contextTime: 0, performanceTime: now() - 25 }),
    });
    const map = new PlayoutMap({ context, now });
    assert.deepEqual([map.echoing, map.answer?.constant], [true, constant]);
  }
});
