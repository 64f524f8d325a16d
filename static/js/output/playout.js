// @ts-check
/**
 * When a frame of an AudioContext really sounds: a map between `performance.now()` and context time at the output. Here
 * the context's clocks are read, and what cannot be true is left out; `output_clock.js` makes a line of the readings.
 *
 * Times are milliseconds on the page's `performance.now()`; context times are milliseconds, too.
 */

import { COARSE_MS, clockStepMs } from '../link/clock_step.js';
import { OutputClock } from './output_clock.js';
import { NO_CURVE } from './report_line.js';
import { OneAnswer } from './stated.js';

/** @typedef {import('./strategy.js').Beginning} Beginning */
/**
 * @typedef {object} PlayoutReading
 * @property {number} skewPpm  the device's clock against the page's
 * @property {number} latencyMs  from the render clock to the output
 * @property {'reported' | 'held' | 'envelope' | 'estimated'} source  the report; the report as it was when it could be
 *   believed; the upper envelope of reports that scatter; the render clock and a stated latency
 */

/** A time stamp older than this is frozen, and one from the future is broken. */
const STALE_MS = 500;
/** Two reads of the page's clock, one after the other, where it is read in steps of 1 ms. */
const SAME_MS = 2;
/** Latencies of real outputs; beyond, the report is broken (Safari once divided by the sample rate). */
const PLAUSIBLE_LATENCY_MS = 2_000;

export class PlayoutMap {
  /**
   * @param {object} options
   * @param {AudioContext} options.context
   * @param {() => number} [options.now]
   * @param {import('./report_line.js').Platform} [options.platform]  whose reports may swing
   */
  constructor({ context, now = () => performance.now(), platform = NO_CURVE }) {
    this.context = context;
    this.now = now;
    this.platform = platform;
    /** Steps of what sounded before the last reset. */
    this.earlierSteps = 0;
    // what a browser with protection against fingerprinting states before anything is written is a constant; another one
    // may repeat what it knows of an earlier context
    const statedMs = context.currentTime > 0 ? 0 : 1000 * (context.outputLatency ?? 0);
    const constantMs = statedMs > 0 && clockStepMs(now) > COARSE_MS ? statedMs : 0;
    this.answer = this.echoes(statedMs) ? new OneAnswer(context, constantMs) : null;
    this.clock = this.newClock('stream_began');
  }

  /** Forget everything: the context was suspended, the page slept, another output sounds. @param {Beginning} reason */
  reset(reason) {
    this.earlierSteps += this.clock.reported.steps;
    this.answer?.restart();
    this.clock = this.newClock(reason);
  }

  /** @param {Beginning} reason */
  newClock(reason) {
    const { context, answer, platform } = this;
    return new OutputClock({ context, answer, platform, reason, nowMs: this.now() });
  }

  /**
   * Whether the browser's report is no measurement: Firefox (153) gives currentTime and the page's clock, both less the
   * latency that it states, as if what was rendered sounded at once. A stream that has not begun shows it: others have
   * nothing to report then.
   * @param {number} statedMs  the latency
   */
  echoes(statedMs) {
    const { context } = this;
    if (typeof context.getOutputTimestamp !== 'function' || context.currentTime > 0) return false;
    const beforeMs = this.now(); // and after it: a coarse clock may have ticked meanwhile
    const echoMs = (context.getOutputTimestamp().performanceTime ?? 0) + statedMs;
    return echoMs > beforeMs - SAME_MS && echoMs < this.now() + SAME_MS;
  }

  /** Whether this is a browser whose report echoes. */
  get echoing() {
    return this.answer !== null;
  }

  get steps() {
    return this.earlierSteps + this.clock.reported.steps;
  }

  get source() {
    return this.clock.strategy.source;
  }

  /** Which strategy is in use, since when, and why. */
  get state() {
    return this.clock.state;
  }

  /** True from some tenths of a second after the device has begun to ask for sound. */
  get ready() {
    return this.clock.ready;
  }

  /** Why another stream would be known better than this one, or null. */
  get doubt() {
    return this.clock.strategy.doubt;
  }

  get doubtful() {
    return this.doubt !== null;
  }

  /** Read the clocks once; call it some 25-50 times a second, and 200 times where the report is `echoing`. */
  sample() {
    const { context } = this;
    if (context.state !== 'running') return;
    const nowMs = this.now();
    const contextMs = context.currentTime * 1000;
    if (contextMs <= 0) return;
    this.clock.take({ nowMs, contextMs, stamp: this.echoing ? null : this.stamp(nowMs, contextMs) });
  }

  /**
   * A getOutputTimestamp() that can be true, or null.
   * @param {number} nowMs @param {number} contextMs
   */
  stamp(nowMs, contextMs) {
    if (typeof this.context.getOutputTimestamp !== 'function') return null;
    const { contextTime = 0, performanceTime = 0 } = this.context.getOutputTimestamp();
    const stamp = { tMs: performanceTime, contextMs: contextTime * 1000 };
    const ageMs = nowMs - stamp.tMs;
    const behindMs = contextMs - stamp.contextMs;
    const plausible = stamp.tMs > 0 && stamp.contextMs > 0 && ageMs > -5 && ageMs < STALE_MS
      && behindMs > -5 && behindMs < PLAUSIBLE_LATENCY_MS;
    return plausible ? stamp : null;
  }

  /** The context time, in ms, that sounds at page time `tMs`. @param {number} tMs */
  contextMsAt(tMs) {
    return tMs + this.clock.strategy.at(tMs);
  }

  /** The page time at which context time `contextMs` sounds. @param {number} contextMs */
  pageMsAt(contextMs) {
    const { lastMs, strategy } = this.clock;
    return lastMs + (contextMs - this.contextMsAt(lastMs)) / (1 + strategy.slope);
  }

  /** @returns {PlayoutReading} */
  reading() {
    const { lastMs, render, strategy } = this.clock;
    return {
      source: strategy.source,
      skewPpm: strategy.slope * 1e6,
      latencyMs: render.at(lastMs) - strategy.at(lastMs),
    };
  }
}
