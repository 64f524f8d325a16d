// @ts-check
/**
 * When to ping: bursts of serial exchanges, fewer the better the clock is known.
 *
 * Serial, because on TCP one delayed ping delays those behind it; in bursts, because one quick exchange is worth more
 * than ten slow ones. The bursts are what keeps a dead link from being noticed late, too.
 */

import { ClockEstimator, SteadyClock, stepSigmaMs } from './clock.js';

/** @typedef {import('./clock.js').ClockReading} ClockReading */
/**
 * @typedef {object} PingEvents
 * @property {(ping: {type: 'clock.ping', t0: number}) => boolean} send  whether it went out
 * @property {(reading: ClockReading) => void} onReading
 * @property {() => number} now
 * @property {number} [stepMs]  in which that clock is read
 * @property {(run: () => void, delayMs: number) => unknown} setTimer
 * @property {(timer: any) => void} clearTimer
 */

export const JOIN_BURST = 16;
export const BURST = 8;
/** Within a burst after the first: time for a queue on the path to drain. Each is up to GAP_SPREAD longer or shorter:
 * pages whose pongs waited behind one broadcast would otherwise go on asking at one instant. */
const GAP_MS = 30;
const GAP_SPREAD = 0.25;
/** From one burst to the next: while the clock is young, then, and once it has been known to CALM_SIGMA_MS for a while.
 * Where it is not, on a path that jitters, twice as often; but for what the step adds in which the clock is read, which no
 * ping can mend. */
const YOUNG_EVERY_MS = 3_000;
const YOUNG_FOR_MS = 30_000;
const EVERY_MS = 5_000;
const CALM_EVERY_MS = 10_000;
const CALM_AFTER_MS = 120_000;
const CALM_SIGMA_MS = 0.1;
const DOUBT_MS = 200;
/** An exchange that takes longer is given up; the next one is sent. */
const EXCHANGE_TIMEOUT_MS = 2_000;
/** The first exchange pays for the path's warming up; from this many on an estimate is worth telling. */
const WORTH_TELLING = 3;

export class Pinger {
  /** @param {PingEvents} events */
  constructor(events) {
    this.events = events;
    this.estimator = new ClockEstimator(events.stepMs);
    this.clock = new SteadyClock();
    this.left = 0;
    this.startedMs = 0;
    /** @type {number | null} */
    this.sentT0 = null;
    /** @type {any} */
    this.timer = null;
    this.joined = false;
    this.settling = true;
    this.pingsPerMin = Infinity;
  }

  /** What the server can bear (`clock.budget`); it holds once the clock is no longer young. @param {number} pingsPerMin */
  setBudget(pingsPerMin) {
    this.pingsPerMin = pingsPerMin;
  }

  /** The socket is open. Exchanges of an earlier one still hold: it is the same server clock. */
  start() {
    this.stop();
    this.joined = false;
    this.settling = this.clock.reading === null;
    this.startedMs = this.events.now();
    this.left = JOIN_BURST;
    this.ping();
  }

  stop() {
    this.events.clearTimer(this.timer);
    this.sentT0 = null;
    this.left = 0;
  }

  /** The machine slept: clocks may have stood still. The next burst begins from nothing. */
  forget() {
    this.estimator.reset();
    this.clock.release();
  }

  /** A burst at once: the page came to the front, or wants to be sure. */
  hurry() {
    if (this.left > 0 || !this.joined) return;
    this.events.clearTimer(this.timer);
    this.left = BURST;
    this.ping();
  }

  ping() {
    this.sentT0 = this.events.now();
    this.timer = this.events.setTimer(() => this.next(0), EXCHANGE_TIMEOUT_MS);
    if (!this.events.send({ type: 'clock.ping', t0: this.sentT0 })) this.stop();
  }

  /**
   * @param {{t0: number, t1_us: number, t2_us: number}} pong
   * @param {number} t3  read as soon as it arrived
   */
  take(pong, t3) {
    this.estimator.add({ ...pong, t3 });
    if (pong.t0 !== this.sentT0) return; // given up before it came: good for the estimate, not for the order
    this.events.clearTimer(this.timer);
    this.next(this.joined ? GAP_MS * (1 + GAP_SPREAD * (2 * Math.random() - 1)) : 0);
  }

  /** @param {number} gapMs */
  next(gapMs) {
    this.sentT0 = null;
    this.left -= 1;
    if (this.left > 0) {
      if (this.settling && this.estimator.sides.length >= WORTH_TELLING) this.tell();
      if (gapMs) this.timer = this.events.setTimer(() => this.ping(), gapMs);
      else this.ping();
      return;
    }
    this.tell();
    this.joined = true;
    this.settling = false;
    this.timer = this.events.setTimer(() => {
      this.left = BURST;
      this.ping();
    }, this.pauseMs());
  }

  pauseMs() {
    if (this.clock.offCount > 0) return DOUBT_MS; // a step is taken only when it has been seen twice
    const ageMs = this.events.now() - this.startedMs;
    const stepMs = stepSigmaMs(this.events.stepMs ?? 0);
    const known = (this.clock.reading?.sigmaMs ?? Infinity) - stepMs < Math.max(CALM_SIGMA_MS, stepMs);
    const haste = known ? 1 : 0.5;
    if (ageMs < YOUNG_FOR_MS) return YOUNG_EVERY_MS * haste;
    const wishMs = ageMs > CALM_AFTER_MS && known ? CALM_EVERY_MS : EVERY_MS * haste;
    return Math.max(wishMs, (BURST * 60_000) / this.pingsPerMin);
  }

  tell() {
    const estimate = this.estimator.estimate(this.events.now());
    if (estimate) this.events.onReading(this.clock.follow(estimate, this.settling));
  }
}
