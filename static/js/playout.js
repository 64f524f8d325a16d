// @ts-check
/**
 * When a frame of an AudioContext really sounds: a map between `performance.now()` and context time at the output.
 *
 * Two readings make it. What sounds now is what `getOutputTimestamp()` reports (`output_report.js` says how far that is
 * to be trusted). How fast it goes is told by the *render clock*, how many frames the device has asked for by the
 * instant it asked (`render_clock.js`): steadier than the report, but it knows nothing of how full the buffers are that
 * come after it. Together they tell a device that ran dry, where both step, from buffers that fill otherwise, where only
 * the render clock does, and from a report that errs.
 *
 * A browser whose reports scatter is read by their upper envelope; one that has none, or whose reports say nothing, by
 * the render clock alone and a latency that it states.
 *
 * Times are milliseconds on the page's `performance.now()`; context times are milliseconds, too.
 */

import { OutputReport } from './output_report.js';
import { RenderClock } from './render_clock.js';
import { StatedLatency } from './stated_latency.js';

/** @typedef {import('./render_clock.js').Point} Point */
/**
 * @typedef {object} PlayoutReading
 * @property {number} skewPpm  the device's clock against the page's
 * @property {number} latencyMs  from the render clock to the output
 * @property {'reported' | 'held' | 'envelope' | 'estimated'} source  the report; the report as it was when it could be
 *   believed; the upper envelope of reports that scatter; the render clock and a stated latency
 */

/** A step that one while of the render clock is enough for. */
const CLEAR_STEP_MS = 1.5;
/** A time stamp older than this is frozen, and one from the future is broken. */
const STALE_MS = 500;
/** A context that moves this long without one valid stamp will never have one. */
const STAMPLESS_AFTER_MS = 1_500;
/** Two reads of the page's clock, one after the other, and its coarsest step. */
const SAME_MS = 2;
/** Latencies of real outputs; beyond, the report is broken (Safari once divided by the sample rate). */
const PLAUSIBLE_LATENCY_MS = 2_000;

export class PlayoutMap {
  /**
   * @param {object} options
   * @param {AudioContext} options.context
   * @param {() => number} [options.now]
   */
  constructor({ context, now = () => performance.now() }) {
    this.context = context;
    this.now = now;
    /** Steps of what sounds, over all resets. */
    this.earlierSteps = 0;
    this.render = new RenderClock();
    this.envelope = new RenderClock();
    this.report = new OutputReport();
    this.stated = this.echoes() ? new StatedLatency(context) : null;
    this.lastMs = -Infinity;
    this.reset();
  }

  /** Forget everything: the context was suspended, or the page slept. */
  reset() {
    this.earlierSteps += this.report.steps;
    this.render = new RenderClock();
    this.envelope = new RenderClock();
    this.report = new OutputReport();
    this.stated?.restart();
    this.stamped = false;
    this.lastMs = -Infinity;
    /** @type {number | null} */
    this.movingSinceMs = null;
    /** @type {number | null} */
    this.stampedMs = null;
  }

  /**
   * Whether the browser's report is no measurement: Firefox (153) gives currentTime and the page's clock, both less the
   * latency that it states, as if what was rendered sounded at once. A stream that has not begun shows it: others have
   * nothing to report then.
   */
  echoes() {
    if (typeof this.context.getOutputTimestamp !== 'function' || this.context.currentTime > 0) return false;
    return Math.abs((this.context.getOutputTimestamp().performanceTime ?? 0) - this.now()) < SAME_MS;
  }

  get steps() {
    return this.earlierSteps + this.report.steps;
  }

  /** @returns {PlayoutReading['source']} */
  get source() {
    if (!this.stamped) return 'estimated';
    if (this.report.scatters) return 'envelope';
    return this.report.believed ? 'reported' : 'held';
  }

  /** True from some tenths of a second after the device has begun to ask for sound. */
  get ready() {
    if (this.stamped) return this.report.scatters ? this.envelope.known : this.report.level !== null;
    if (this.stated) return this.stated.ms !== null && this.render.known;
    return this.movingSinceMs !== null && this.lastMs - this.movingSinceMs > STAMPLESS_AFTER_MS && this.render.known;
  }

  /** Whether another stream would be known better than this one: it was disturbed as it began. */
  get doubtful() {
    return this.stamped && !this.report.scatters && this.report.doubtful;
  }

  /** Read the clocks once; call it some 25-50 times a second, and 200 times where there is only a `stated` latency. */
  sample() {
    const { context } = this;
    if (context.state !== 'running') return;
    const nowMs = this.now();
    const contextMs = context.currentTime * 1000;
    if (contextMs <= 0) return;
    this.movingSinceMs ??= nowMs;
    const stamp = this.stated ? null : this.stamp(nowMs, contextMs);
    if (stamp) this.stampedMs = nowMs;
    else if (!this.stated && !this.without(nowMs)) return;
    this.stamped = stamp !== null;
    const tMs = stamp ? stamp.tMs : nowMs;
    if (tMs <= this.lastMs) return;
    this.lastMs = tMs;
    this.addRender({ tMs, xMs: contextMs - tMs });
    if (stamp) this.addReport({ tMs, xMs: stamp.contextMs - tMs });
    this.stated?.add({ tMs, xMs: contextMs - tMs }, this.render);
  }

  /**
   * Whether it is to be done without stamps. Until a stream runs it has none, and of one that is known some may be lost;
   * a browser that has none at all is read by its currentTime alone. (WebKitGTK 2.50 gives one or two that could be
   * true, and then only such from the future.)
   * @param {number} nowMs
   */
  without(nowMs) {
    return this.report.level === null && nowMs - (this.stampedMs ?? this.movingSinceMs ?? nowMs) >= STAMPLESS_AFTER_MS;
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

  /** @param {Point} point */
  addRender(point) {
    if (!this.render.add(point)) return;
    const { jump, step } = this.render;
    // where there is no report, this clock is all there is, and one odd while is not to move it
    const taken = step ?? (this.stamped && jump && Math.abs(jump.stepMs) > CLEAR_STEP_MS ? jump : null);
    if (!taken) return;
    this.render.shift(taken);
    this.report.stepped(point.tMs, taken.stepMs);
  }

  /** @param {Point} point */
  addReport(point) {
    this.report.add(point, this.render.line.slope);
    this.envelope.add(point);
  }

  /** Context minus page time at the output, at a page time. @param {number} tMs */
  at(tMs) {
    switch (this.source) {
      case 'estimated': return this.render.at(tMs) - (this.stated?.ms ?? this.statedLatencyMs);
      case 'envelope': return this.envelope.at(tMs);
      default: return this.report.at(tMs, this.render.line.slope);
    }
  }

  get statedLatencyMs() {
    const { outputLatency = 0, baseLatency = 0 } = this.context;
    return 1000 * (outputLatency || baseLatency);
  }

  get slope() {
    return this.source === 'envelope' ? this.envelope.line.slope : this.render.line.slope;
  }

  /** The context time, in ms, that sounds at page time `tMs`. @param {number} tMs */
  contextMsAt(tMs) {
    return tMs + this.at(tMs);
  }

  /** The page time at which context time `contextMs` sounds. @param {number} contextMs */
  pageMsAt(contextMs) {
    const tMs = this.lastMs;
    return tMs + (contextMs - this.contextMsAt(tMs)) / (1 + this.slope);
  }

  /** @returns {PlayoutReading} */
  reading() {
    const { source } = this;
    return {
      source,
      skewPpm: this.slope * 1e6,
      latencyMs: this.render.at(this.lastMs) - this.at(this.lastMs),
    };
  }
}
