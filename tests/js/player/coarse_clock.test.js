// @ts-check
/** A player whose browser reads its clocks in coarse steps, as Firefox's protection against fingerprinting has it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClockEstimator, SteadyClock } from '../../../static/js/link/clock.js';
import { CoarseClock } from '../support/coarse_clock.js';
import { page, playing, SERVER_US } from '../support/playing_page.js';

const PING_EVERY_MS = 500;
const TELL_EVERY_MS = 5_000;
const RTT_MS = 2;
/** Three are the device's drift of 6 ms, worked off; the rest is what the clocks settle by as they begin. */
const MOST_CORRECTIONS = 6;
/** Of 3000, one each 20 ms: nothing sounds before the clocks are known. */
const LEAST_LOOKS = 2_900;

/** A page of such a browser that plays for a minute, and pings meanwhile. */
async function minute(/** @type {CoarseClock} */ coarse, { skewPpm = 40, seed = 1 } = {}) {
  const { context, player, run, nowUs, errorMs } = page({ firefox: true, coarse, latencyMs: 25, skewPpm, seed });
  const estimator = new ClockEstimator(coarse.stepMs);
  const clock = new SteadyClock();
  let pingMs = context.nowMs;
  let tellMs = context.nowMs;
  const ping = (/** @type {number} */ backMs) => {
    const us = SERVER_US + Math.round((backMs - RTT_MS / 2) * 1000);
    estimator.add({ t0: coarse.read(backMs - RTT_MS), t1_us: us, t2_us: us, t3: coarse.read(backMs) });
  };
  const tell = () => {
    const estimate = estimator.estimate(context.readMs);
    if (estimate) player.setClock(clock.follow(estimate));
  };
  for (let i = 0; i < 64; i++) ping(context.nowMs - (64 - i) * 1.3); // over several steps, as a joining burst is
  tell();
  await player.listen();
  player.setTransport(playing(nowUs() - 10_000_000));
  /** @type {number[]} */
  const heard = [];
  run(60_000, () => {
    if (context.nowMs >= pingMs) {
      pingMs += PING_EVERY_MS * (0.75 + 0.5 * context.random.between(0, 1));
      ping(context.nowMs);
    }
    if (context.nowMs >= tellMs) {
      tellMs += TELL_EVERY_MS;
      tell();
    }
    const error = errorMs();
    if (error !== null) heard.push(error);
  });
  return { player, heard };
}

for (const [name, coarse] of /** @type {[string, CoarseClock][]} */ ([
  ['16.667 ms, moved about', new CoarseClock(16.667)], ['16.667 ms, evenly', new CoarseClock(16.667, { jitter: false })],
  ['100 ms, moved about', new CoarseClock(100)],
])) for (const skewPpm of [0, 100]) {
  test(`in steps of ${name}, on a device ${skewPpm} ppm off: it plays on within a step, and chases no noise`, async () => {
    const { player, heard } = await minute(coarse, { skewPpm });
    const { corrections } = player.voices.pace;
    const worstMs = Math.max(...heard.map((errorMs) => Math.abs(errorMs)));
    assert.deepEqual([player.resyncs, player.splices, player.handovers, player.voices.underruns], [0, 0, 0, 0]);
    assert.ok(corrections <= MOST_CORRECTIONS, `${corrections} corrections`);
    assert.ok(heard.length > LEAST_LOOKS && worstMs <= coarse.stepMs, `${worstMs} ms in ${heard.length} looks`);
  });
}
