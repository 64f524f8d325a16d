// @ts-check
/**
 * Network paths and clocks as browsers have them: delays of both directions with their event loops, a crystal that is
 * off by some ppm and wanders, a clock that is read in steps.
 */

import { random } from './random.js';

/** @typedef {(r: ReturnType<typeof random>) => number} Delay  one way, in ms */
/** @typedef {{up: Delay, down: Delay, bias?: number}} Path  `bias`: what no client can see, half the asymmetry, in ms */

/** @type {Record<string, Path>} */
export const PATHS = {
  lan: { up: (r) => 0.25 + r.exponential(0.05), down: (r) => 0.25 + r.exponential(0.05) },
  wifi: {
    up: (r) => 1.2 + r.exponential(0.8) + (r.chance(0.06) ? r.exponential(20) : 0),
    down: (r) => 1.0 + r.exponential(1.2) + (r.chance(0.06) ? r.exponential(20) : 0),
    bias: 0.1,
  },
  busy: {
    up: (r) => 1.5 + r.exponential(2.5) + (r.chance(0.25) ? r.between(10, 80) : 0),
    down: (r) => 1.5 + r.exponential(2.5) + (r.chance(0.4) ? r.between(0, 100) : 0),
  },
  wan: {
    up: (r) => 22 + r.exponential(1.5) + (r.chance(0.05) ? r.exponential(25) : 0),
    down: (r) => 18 + r.exponential(1.5) + (r.chance(0.05) ? r.exponential(25) : 0),
    bias: 2,
  },
};

/** One client on one path: makes exchanges, and knows the truth. */
export class Client {
  /** @param {Path} path @param {number} seed @param {{quantumMs?: number, skewPpm?: number}} [options] */
  constructor(path, seed, { quantumMs = 0.1, skewPpm } = {}) {
    this.path = path;
    this.random = random(seed);
    this.quantumMs = quantumMs;
    this.ppm = skewPpm ?? this.random.normal(25);
    this.trueMs = 0; // true time; the client's own clock is `localMs`
    this.localMs = this.random.between(1000, 100_000);
    this.serverStartUs = 1_795_000_000_000_000;
  }

  /** @param {number} ms */
  wait(ms) {
    while (ms > 0) {
      const step = Math.min(ms, 1000);
      this.ppm += this.random.normal(0.02 * Math.sqrt(step / 1000));
      this.trueMs += step;
      this.localMs += step / (1 + this.ppm * 1e-6);
      ms -= step;
    }
  }

  /** What performance.now() says. */
  now() {
    return Math.floor(this.localMs / this.quantumMs) * this.quantumMs;
  }

  serverUs() {
    return Math.floor(this.serverStartUs + this.trueMs * 1000);
  }

  /** @returns {import('../../../static/js/link/clock.js').Exchange} */
  exchange() {
    const r = this.random;
    const t0 = this.now();
    this.wait(this.path.up(r) + r.exponential(0.1) + (r.chance(0.01) ? r.between(0, 8) : 0));
    const t1_us = this.serverUs();
    this.wait(r.exponential(0.02));
    const t2_us = this.serverUs();
    this.wait(this.path.down(r) + r.exponential(0.15) + (r.chance(0.05) ? r.between(0, 12) : 0));
    return { t0, t1_us, t2_us, t3: this.now() };
  }
}
