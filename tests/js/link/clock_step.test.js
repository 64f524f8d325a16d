// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockStepMs, COARSEST_MS } from '../../../static/js/link/clock_step.js';
import { CoarseClock } from '../support/coarse_clock.js';
import { random } from '../support/random.js';

/** Between two reads. Firefox was seen to take 77 ns and more. */
const READ_MS = 80e-6;
const MOST_MS = 30;

/** A clock that is read again and again; `away`: how often in a read the machine takes the processor away. */
function measured(/** @type {{read: (ms: number) => number}} */ clock, { away = 0, fromMs = 1000, readMs = READ_MS } = {}) {
  const r = random(1);
  let ms = fromMs;
  let reads = 0;
  const stepMs = clockStepMs(() => {
    reads += 1;
    ms += readMs + (r.chance(away) ? r.between(5, 40) : 0);
    return clock.read(ms);
  });
  return { stepMs, reads, tookMs: ms - fromMs };
}

for (const step of [0.005, 0.02, 0.1, 1, 16.667]) {
  for (const jitter of [false, true]) {
    test(`a step of ${step} ms${jitter ? ', moved about at random,' : ''} is found`, () => {
      const { stepMs, tookMs } = measured(new CoarseClock(step, { jitter }));
      assert.equal(stepMs, step);
      assert.ok(tookMs <= MOST_MS, `${tookMs} ms`);
    });
  }
}

test('on an ordinary clock it is done after some steps', () => {
  assert.ok(measured(new CoarseClock(0.1)).tookMs < 0.5);
  assert.ok(measured(new CoarseClock(0.005)).tookMs < 0.05);
});

test('a clock that is finer than a thousandth has no step', () => {
  assert.equal(measured({ read: (ms) => ms }).stepMs, 0);
});

test('a clock that does not move is left in time, and taken for the coarsest there is', () => {
  const { stepMs, reads, tookMs } = measured({ read: () => 1000 });
  assert.equal(stepMs, COARSEST_MS);
  assert.ok(reads <= 250_001 && tookMs <= MOST_MS, `${reads} reads in ${tookMs} ms`);
});

test('one that ticks just within the bound is measured by what it did', () => {
  assert.equal(measured(new CoarseClock(100, { jitter: false }), { fromMs: 999 }).stepMs, 100);
});

test('a processor that is taken away amid a step makes it no longer', () => {
  assert.equal(measured(new CoarseClock(1), { away: 1e-5 }).stepMs, 1);
});

test('a clock that is set back tells nothing by that', () => {
  const reads = [5, 5.1, 3, 3.1, 3.2];
  assert.equal(clockStepMs(() => reads.shift() ?? 3.2), 0.1);
});
