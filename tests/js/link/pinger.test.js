// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverUsAt } from '../../../static/js/link/clock.js';
import { clockShift } from '../../../static/js/link/link.js';
import { BURST, JOIN_BURST, Pinger } from '../../../static/js/link/pinger.js';
import { Clockwork } from '../support/clockwork.js';

const SERVER_US = 1_795_000_000_000_000;

/** A pinger on a path of `rttMs`; `lost` says which pings are swallowed. */
function pinging({ rttMs = 10, lost = (/** @type {number} */ _n) => false, wrongMs = () => 0, stepMs = 0 } = {}) {
  const clockwork = new Clockwork();
  clockwork.nowMs = 1000;
  /** @type {number[]} */
  const sent = [];
  /** @type {import('../../../static/js/link/clock.js').ClockReading[]} */
  const readings = [];
  const now = () => (stepMs ? Math.floor(clockwork.nowMs / stepMs) * stepMs : clockwork.nowMs);
  const pinger = new Pinger({
    ...clockwork,
    now,
    stepMs,
    send: ({ t0 }) => {
      sent.push(clockwork.nowMs);
      if (lost(sent.length)) return true;
      const us = SERVER_US + (clockwork.nowMs + rttMs / 2 + wrongMs()) * 1000;
      clockwork.setTimer(() => {
        pinger.take({ t0, t1_us: us, t2_us: us }, now());
      }, rttMs);
      return true;
    },
    onReading: (reading) => readings.push(reading),
  });
  return { clockwork, sent, readings, pinger };
}

test('it joins with a serial burst, and says what it knows as soon as it is worth something', () => {
  const { clockwork, sent, readings, pinger } = pinging();
  pinger.start();
  clockwork.advance(3 * 10);
  assert.ok(readings.length >= 1, 'after three exchanges');
  clockwork.advance(JOIN_BURST * 10);
  assert.equal(sent.length, JOIN_BURST);
  for (let i = 1; i < sent.length; i++) assert.equal(sent[i] - sent[i - 1], 10, 'one after the other');
  const last = readings[readings.length - 1];
  assert.ok(Math.abs(serverUsAt(last, 5000) - SERVER_US - 5_000_000) < 100);
});

test('a full server is asked less often, once the clock is no longer young', () => {
  const { clockwork, sent, pinger } = pinging();
  pinger.start();
  pinger.setBudget(12);
  clockwork.advance(29_000);
  assert.ok(sent.length >= JOIN_BURST + 8 * BURST, String(sent.length));
  clockwork.advance(11_000);
  const before = sent.length;
  clockwork.advance(5 * 60_000);
  assert.ok(Math.abs(sent.length - before - 5 * 12) <= BURST, String(sent.length - before));
});

test('the pings of a burst keep no step with those of other pages', () => {
  const { clockwork, sent, pinger } = pinging();
  pinger.start();
  clockwork.advance(60_000);
  const gaps = new Set(sent.slice(JOIN_BURST).map((t0, i, all) => Math.round(10 * (t0 - (all[i - 1] ?? t0)))));
  assert.ok(gaps.size > BURST, String(gaps.size));
});

test('then it pings in bursts, and fewer of them the better the clock is known', () => {
  const { clockwork, sent, pinger } = pinging();
  pinger.start();
  clockwork.advance(200);
  const during = (/** @type {number} */ ms) => {
    const before = sent.length;
    clockwork.advance(ms);
    return sent.length - before;
  };
  const young = during(28_000);
  clockwork.advance(120_000);
  const calm = during(28_000);
  assert.ok(young >= 8 * BURST && young <= 10 * BURST, String(young));
  assert.ok(calm <= 3 * BURST && calm >= 2 * BURST, String(calm));
});

for (const stepMs of [1, 16.667, 100]) {
  test(`a clock that is read in steps of ${stepMs} ms is not asked more often for that: no ping mends it`, () => {
    const { clockwork, sent, readings, pinger } = pinging({ stepMs, rttMs: 10.3 });
    pinger.start();
    clockwork.advance(150_000);
    const before = sent.length;
    clockwork.advance(5 * 60_000);
    assert.ok(sent.length - before <= 31 * BURST, String(sent.length - before));
    assert.ok((readings.at(-1)?.sigmaMs ?? 0) >= stepMs / Math.sqrt(12));
    assert.equal(readings.at(-1)?.stepMs, stepMs);
  });
}

test('its pings stay far below what the server allows (400 in 10 s)', () => {
  const { clockwork, sent, pinger } = pinging({ rttMs: 0.5 });
  pinger.start();
  clockwork.advance(10_000);
  assert.ok(sent.length < 100, String(sent.length));
});

test('a ping that is never answered does not end the burst', () => {
  const { clockwork, sent, readings, pinger } = pinging({ lost: (n) => n === 5 });
  pinger.start();
  clockwork.advance(4_000);
  assert.ok(sent.length >= JOIN_BURST);
  assert.ok(readings.length > 3);
});

test('a socket that is not open ends it; a new one begins with a burst and keeps what was known', () => {
  const { clockwork, sent, readings, pinger } = pinging();
  pinger.start();
  clockwork.advance(1_000);
  pinger.stop();
  const before = sent.length;
  clockwork.advance(60_000);
  assert.equal(sent.length, before);
  pinger.start();
  clockwork.advance(1_000);
  assert.equal(sent.length, before + JOIN_BURST);
  assert.ok((readings.at(-1)?.exchanges ?? 0) >= 2 * JOIN_BURST);
});

test('a stepped server is believed in less than 2 s from the burst that saw it', () => {
  let wrongMs = 0;
  const { clockwork, readings, pinger } = pinging({ wrongMs: () => wrongMs });
  pinger.start();
  clockwork.advance(1_000);
  wrongMs = 70_000;
  pinger.hurry();
  clockwork.advance(2_000);
  const last = /** @type {any} */ (readings.at(-1));
  assert.ok(Math.abs(serverUsAt(last, clockwork.nowMs) - SERVER_US - (clockwork.nowMs + 70_000) * 1000) < 1000);
});

test('a clock that stood still while the machine slept is believed anew from the first exchanges of the next socket', () => {
  let wrongMs = 0;
  const { clockwork, readings, pinger } = pinging({ wrongMs: () => wrongMs });
  pinger.start();
  clockwork.advance(1_000);
  wrongMs = 70_000;
  pinger.forget();
  pinger.stop();
  pinger.start();
  const before = readings.length;
  clockwork.advance(100);
  const [first] = readings.slice(before);
  assert.ok(Math.abs(serverUsAt(first, clockwork.nowMs) - SERVER_US - (clockwork.nowMs + 70_000) * 1000) < 1000);
});

test("a worker's clock is turned into the page's by time origins, unless a machine slept between the two", () => {
  const exchanges = [{ sentMs: 100, linkMs: 50.2, backMs: 100.4 }, { sentMs: 110, linkMs: 60.1, backMs: 110.3 }];
  assert.equal(clockShift(exchanges, -49.95), -49.95);
  const shift = clockShift(exchanges, -3_600_049.95);
  assert.ok(Math.abs(shift + 50) < 0.3, String(shift));
});
