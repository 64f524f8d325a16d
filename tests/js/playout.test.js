// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlayoutMap, SETTLED_AFTER_MS } from '../../static/js/playout.js';
import { FakeContext } from './support/audio.js';

/** How an audio server's own filter was seen to go wrong: off at first, right at 1.2 s, then three times as far off. */
const wandering = (/** @type {number} */ firstMs) => (/** @type {number} */ ageMs) => {
  if (ageMs < 1200) return firstMs * (1 - ageMs / 1200);
  if (ageMs < 4500) return (-3 * firstMs * (ageMs - 1200)) / 3300;
  return ageMs < 14_000 ? -3 * firstMs * (1 - (ageMs - 4500) / 9500) : 0;
};

/**
 * Sample for some seconds; how far off the map is at the end of each step, in ms.
 * @param {FakeContext} context @param {PlayoutMap} map @param {number} seconds
 */
function errors(context, map, seconds) {
  const found = [];
  for (let ms = 0; ms < seconds * 1000; ms += 20) {
    context.advance(20);
    map.sample();
    const trueMs = (context.soundedFrames(context.nowMs) * 1000) / 48_000;
    if (map.ready) found.push({ s: (context.nowMs - context.startMs) / 1000, errorMs: map.contextMsAt(context.nowMs) - trueMs });
  }
  return found;
}

/** @param {ConstructorParameters<typeof FakeContext>[0]} [options] @param {number | null} [rememberedLatencyMs] */
function device(options, rememberedLatencyMs = null) {
  const context = new FakeContext(options);
  const map = new PlayoutMap({ context: /** @type {any} */ (context), now: () => context.nowMs, rememberedLatencyMs });
  return { context, map };
}

for (const skewPpm of [0, 66, -104]) {
  test(`a device that is ${skewPpm} ppm off is known from the first second, and its skew soon`, () => {
    const { context, map } = device({ skewPpm });
    for (const { s, errorMs } of errors(context, map, 60)) {
      if (s > 1) assert.ok(Math.abs(errorMs) < 0.4, `${errorMs} ms at ${s} s`);
      if (s > 25) assert.ok(Math.abs(errorMs) < 0.25, `${errorMs} ms at ${s} s`);
    }
    assert.ok(Math.abs(map.reading().skewPpm - skewPpm) < 15, `${map.reading().skewPpm} ppm`);
    assert.equal(map.steps, 0);
  });
}

for (const firstMs of [0.4, -0.4, 4.7]) {
  test(`a report that begins ${firstMs} ms off and wanders does not take the output along`, () => {
    const { context, map } = device({ skewPpm: 66, lie: wandering(firstMs) });
    for (const { s, errorMs } of errors(context, map, 40)) {
      if (s > 1.4) assert.ok(Math.abs(errorMs) < 0.7, `${errorMs} ms at ${s} s`);
      if (s > 25) assert.ok(Math.abs(errorMs) < 0.3, `${errorMs} ms at ${s} s`);
    }
    assert.equal(map.source, 'settled');
  });
}

test('a report that runs away is not followed', () => {
  const { context, map } = device({ lie: (ageMs) => (ageMs < 150 ? 0 : Math.max(0, 50 - Math.abs(ageMs - 3000) / 60)) });
  for (const { s, errorMs } of errors(context, map, 12)) {
    if (s > 1.4) assert.ok(Math.abs(errorMs) < 4, `${errorMs} ms at ${s} s`);
  }
});

test('what an output settled on last time holds from the beginning', () => {
  const last = device();
  errors(last.context, last.map, 25);
  assert.equal(last.map.source, 'settled');
  const { context, map } = device({ lie: wandering(4.7), seed: 2 }, last.map.latencyMs);
  for (const { s, errorMs } of errors(context, map, 10)) if (s > 0.5) assert.ok(Math.abs(errorMs) < 0.5, `${errorMs} at ${s}`);
  assert.equal(map.source, 'remembered');
});

test('what another output settled on does not', () => {
  const { context, map } = device({}, 260);
  for (const { s, errorMs } of errors(context, map, 5)) if (s > 1) assert.ok(Math.abs(errorMs) < 0.5, `${errorMs} at ${s}`);
  assert.equal(map.source, 'early');
});

for (const slipMs of [4.3, -4.3, 60]) {
  test(`a device that slips by ${slipMs} ms is found out within 1.5 s`, () => {
    const { context, map } = device({ skewPpm: 66 });
    errors(context, map, 30);
    context.slipMs += slipMs;
    const at = context.nowMs;
    for (const { s, errorMs } of errors(context, map, 10)) {
      if (s * 1000 > at - context.startMs + 1500) assert.ok(Math.abs(errorMs) < 0.6, `${errorMs} ms at ${s} s`);
    }
    assert.equal(map.steps, 1);
  });
}

test('a device that slips while it is young is found out, too', () => {
  const { context, map } = device();
  errors(context, map, 4);
  context.slipMs += 52;
  for (const { errorMs } of errors(context, map, 8).slice(-100)) assert.ok(Math.abs(errorMs) < 1, String(errorMs));
});

test('another output is noticed by what it reports', () => {
  let extraMs = 0;
  const { context, map } = device({ lie: () => extraMs });
  errors(context, map, SETTLED_AFTER_MS / 1000 + 4);
  const before = map.latencyMs ?? 0;
  extraMs = 180; // the buffers are as before, only the report says that there is more behind them
  errors(context, map, 12);
  assert.ok(Math.abs((map.latencyMs ?? 0) - before - 180) < 1, String(map.latencyMs));
});

test('without output time stamps, currentTime and the reported latency have to do', () => {
  const { context, map } = device({ stamps: false });
  const found = errors(context, map, 10);
  assert.equal(map.source, 'estimated');
  assert.ok(found.length > 100);
  const last = found.slice(-50).map(({ errorMs }) => errorMs);
  assert.ok(Math.max(...last) - Math.min(...last) < 1, 'steady, if not true: nobody says what comes after the callback');
});

test('a frozen or broken stamp is not believed', () => {
  const { context, map } = device();
  errors(context, map, 3);
  const { latencyMs } = map;
  const frozen = { ...context.stamp };
  context.getOutputTimestamp = () => frozen;
  errors(context, map, 3);
  context.getOutputTimestamp = () => ({ contextTime: context.currentTime / 48_000, performanceTime: context.nowMs });
  errors(context, map, 3);
  assert.ok(Math.abs((map.latencyMs ?? 0) - (latencyMs ?? 0)) < 1);
});

test('pageMsAt undoes contextMsAt', () => {
  const { context, map } = device({ skewPpm: 66 });
  errors(context, map, 5);
  for (const ms of [1000, 5000, 20_000]) assert.ok(Math.abs(map.pageMsAt(map.contextMsAt(ms)) - ms) < 1e-6);
});

test('a resumed context is learnt anew', () => {
  const { context, map } = device();
  errors(context, map, 5);
  map.reset();
  assert.equal(map.ready, false);
  errors(context, map, 2);
  assert.equal(map.ready, true);
});
