// @ts-check
/**
 * When a frame of an AudioContext really sounds: a map between `performance.now()` and context time at the output.
 *
 * Two readings make it. The *render clock* is how many frames the device has asked for by the instant it asked:
 * `currentTime` against the time stamp of the callback. Callbacks come late but never early, so its upper envelope is
 * steady from the first half second, and a step in it is a step of the device. The *latency* from there to the output
 * is what `getOutputTimestamp()` reports. Audio servers estimate that with a filter of their own. Measured on 16 streams
 * of Chromium on PulseAudio: the first readings are off by 0.0-0.5 ms (once 4.7), at 1.2 s they are right to 0.1 ms
 * (once off by 22), then they swing out by three times the first error, up to 50 ms, and after 15 s they are right to
 * 0.1 ms for good. So the latency is what the same output settled on last time, or else the reading at 1.2 s, held
 * until the reported one has had time to become true; before 1.2 s it is whatever is reported.
 *
 * Times are milliseconds on the page's `performance.now()`; context times are milliseconds, too.
 */

import { BIN_MS, RenderClock, STEP_MS } from './render_clock.js';

/** @typedef {import('./render_clock.js').Point} Point */
/** @typedef {import('./render_clock.js').Step} Step */
/**
 * @typedef {object} PlayoutReading
 * @property {number} skewPpm  the device's clock against the page's
 * @property {number} latencyMs  from the render clock to the output
 * @property {number} sigmaMs
 * @property {'settled' | 'remembered' | 'early' | 'estimated'} source
 */

/** A step that one while is enough for, if the report has moved alike: before and after that has become true. */
const BIG_STEP_MS = 5;
const CLEAR_STEP_MS = 1.5;
/** While a stream fills its first buffers its device does not play yet. */
const FIRST_MS = { from: 35, until: 200 };
/** When the audio server's own filter is about right for the first time, see above. */
const EARLY_MS = { from: 1_050, until: 1_300 };
/** Beyond this the filter has not come nearer from the first readings to those: it has run away. */
const EARLY_WITHIN_MS = 8;
/** A report that stands still like this, this far off, while the stream is young: see `doubt`. */
const STILL_FOR_MS = 2_000;
const STILL_WITHIN_MS = 0.6;
const STILL_OFF_MS = 3;
/** From when on, and over how long, the reported latency is believed, if it has not moved more than this meanwhile. */
export const SETTLED_AFTER_MS = 14_000;
const SETTLED_WINDOW_MS = 6_000;
const SETTLED_WITHIN_MS = 0.2;
const FOLLOW_EVERY_MS = 1_000;
/** What a remembered latency may differ from the early readings and still be of the same output. */
const REMEMBERED_WITHIN_MS = 8;
/** A reported latency that stays this far off for ROUTE_AFTER_MS is another output (headphones, Bluetooth). */
const ROUTE_MS = 8;
const ROUTE_AFTER_MS = 2_000;
/** A time stamp older than this is frozen, and one from the future is broken. */
const STALE_MS = 500;
/** A context that moves this long without one valid stamp will never have one. */
const STAMPLESS_AFTER_MS = 1_500;
/** Latencies of real outputs; beyond, the report is broken (Safari once divided by the sample rate). */
const PLAUSIBLE_LATENCY_MS = 2_000;

export class PlayoutMap {
  clock = new RenderClock();
  lastMs = -Infinity;
  followedMs = -Infinity;
  /** Top of the render clock while the first reports came. */
  firstTopMs = -Infinity;

  /**
   * @param {object} options
   * @param {AudioContext} options.context
   * @param {() => number} [options.now]
   * @param {number | null} [options.rememberedLatencyMs]  what `latencyMs` settled on last time, on this output
   */
  constructor({ context, now = () => performance.now(), rememberedLatencyMs = null }) {
    this.context = context;
    this.now = now;
    this.rememberedLatencyMs = rememberedLatencyMs;
    /** Steps of the device that were noticed. */
    this.steps = 0;
    this.reset();
  }

  /** Forget everything: the context was suspended, or the page slept. */
  reset() {
    this.clock = new RenderClock();
    /** @type {Point[]} */
    this.first = [];
    this.firstTopMs = -Infinity;
    /** @type {Point[]} */
    this.early = [];
    /** @type {Point[]} */
    this.recent = [];
    /** @type {number | null} */
    this.firstMs = null;
    this.lastMs = -Infinity;
    /** @type {number | null} */
    this.movingSinceMs = null;
    this.stamped = false;
    /** @type {number | null} */
    this.latencyMs = null;
    this.followedMs = -Infinity;
    /** @type {PlayoutReading['source']} */
    this.source = 'estimated';
    /** @type {number | null} */
    this.routeSinceMs = null;
  }

  /** True from some tenths of a second after the device has begun to ask for sound. */
  get ready() {
    return this.clock.known && this.latencyMs !== null;
  }

  /** Read the clocks once; call it some 25-50 times a second. */
  sample() {
    const { context } = this;
    if (context.state !== 'running') return;
    const nowMs = this.now();
    const contextMs = context.currentTime * 1000;
    if (contextMs <= 0) return;
    const stamp = this.stamp(nowMs, contextMs);
    this.movingSinceMs ??= nowMs;
    if (stamp) this.stamped = true;
    // until a stream runs it has no stamps; a browser that has none at all is read by its currentTime alone
    else if (this.stamped || nowMs - this.movingSinceMs < STAMPLESS_AFTER_MS) return;
    const tMs = stamp ? stamp.tMs : nowMs;
    if (tMs <= this.lastMs) return;
    this.lastMs = tMs;
    this.firstMs ??= tMs;
    this.addRender({ tMs, xMs: contextMs - tMs });
    if (stamp) this.addReport({ tMs, xMs: stamp.contextMs - tMs });
    this.settle(tMs);
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
    if (point.tMs - (this.firstMs ?? 0) <= FIRST_MS.until) this.firstTopMs = Math.max(this.firstTopMs, point.xMs);
    if (!this.clock.add(point)) return;
    const { jump, step } = this.clock;
    if (jump && this.corroborated(jump)) this.shift(jump);
    // a busy machine makes every callback late for a while; where the report is known to be true it tells the two apart
    else if (step && (this.source !== 'settled' || Math.abs(this.moved(step.fromMs) - step.stepMs) <= STEP_MS)) this.shift(step);
  }

  /** Whether the report has moved as far as the newest top, a step that is too large for noise. @param {Step} step */
  corroborated({ stepMs, fromMs }) {
    const clear = this.source === 'settled' ? CLEAR_STEP_MS : BIG_STEP_MS;
    return Math.abs(stepMs) > clear && Math.abs(this.moved(fromMs - BIN_MS) - stepMs) < clear / 2;
  }

  /** How much the report has moved since then, in ms. @param {number} sinceMs */
  moved(sinceMs) {
    const after = this.recent.slice(-5);
    const before = this.recent.filter(({ tMs }) => tMs < sinceMs - BIN_MS).slice(-20);
    return after.length && before.length ? median(after.map(({ xMs }) => xMs)) - median(before.map(({ xMs }) => xMs)) : 0;
  }

  /** @param {Step} step */
  shift(step) {
    this.clock.shift(step);
    const points = new Set([...this.first, ...this.early, ...this.recent]);
    for (const point of points) if (point.tMs < step.fromMs) point.xMs += step.stepMs;
    this.firstTopMs += step.stepMs;
    this.steps += 1;
  }

  /** @param {Point} reading */
  addReport(reading) {
    const ageMs = reading.tMs - (this.firstMs ?? reading.tMs);
    if (ageMs < FIRST_MS.from) return;
    if (ageMs <= FIRST_MS.until || this.first.length < 3) this.first.push(reading);
    if (ageMs >= EARLY_MS.from && (ageMs <= EARLY_MS.until || this.early.length < 3)) this.early.push(reading);
    this.recent.push(reading);
    if (this.recent.length > 8 && this.recent[0].tMs < reading.tMs - SETTLED_WINDOW_MS) this.recent.shift();
  }

  /** Latency by the readings given, against the envelope as it is known now. @param {Point[]} readings */
  latencyBy(readings) {
    return median(readings.map(({ tMs, xMs }) => this.clock.at(tMs) - xMs));
  }

  /** Decide which latency holds. @param {number} tMs */
  settle(tMs) {
    if (!this.clock.known) return;
    const ageMs = tMs - (this.firstMs ?? tMs);
    if (!this.stamped) {
      const { outputLatency = 0, baseLatency = 0 } = this.context;
      if (ageMs > FIRST_MS.until) this.latencyMs = 1000 * (outputLatency || baseLatency);
    } else if (ageMs > SETTLED_AFTER_MS) {
      this.follow(tMs);
    } else if (this.first.length >= 3) {
      this.begin();
      this.doubt(tMs);
    }
  }

  /** The stream is young: what its reported latency can be trusted for. */
  begin() {
    const firstMs = this.latencyBy(this.first);
    const remembered = this.rememberedLatencyMs;
    if (remembered !== null && Math.abs(remembered - firstMs) < REMEMBERED_WITHIN_MS) {
      this.latencyMs = remembered;
      this.source = 'remembered';
      return;
    }
    this.source = 'early';
    if (this.early.length < 3) {
      this.latencyMs = this.latencyBy(this.recent.slice(-5)); // what is reported just now: no line to rely on yet
      return;
    }
    const earlyMs = this.latencyBy(this.early);
    // seen at that time: a device that ran dry meanwhile has moved the line, and the first readings not with it
    const thenMs = this.firstTopMs - median(this.first.map(({ xMs }) => xMs));
    if (Math.abs(earlyMs - thenMs) < EARLY_WITHIN_MS) this.latencyMs = earlyMs;
    else this.latencyMs = Math.abs(firstMs - thenMs) < EARLY_WITHIN_MS ? firstMs : thenMs;
  }

  /**
   * A device that ran dry while the stream was young leaves a wrong beginning. Then a report that stands still far off
   * for a while is the better one: one that has run away does not stand still.
   * @param {number} tMs
   */
  doubt(tMs) {
    if (tMs - this.followedMs < FOLLOW_EVERY_MS) return;
    const latest = this.recent.filter((each) => each.tMs > tMs - STILL_FOR_MS);
    if (latest.length < 8 || latest[0].tMs > tMs - STILL_FOR_MS + BIN_MS) return;
    this.followedMs = tMs;
    const quarters = [0, 1, 2, 3].map((i) => this.latencyBy(latest.slice((i * latest.length) / 4, ((i + 1) * latest.length) / 4)));
    const reported = this.latencyBy(latest);
    const still = Math.max(...quarters) - Math.min(...quarters) < STILL_WITHIN_MS;
    if (still && Math.abs(reported - (this.latencyMs ?? reported)) > STILL_OFF_MS) {
      this.early = latest;
      this.first = latest;
      this.firstTopMs = reported + median(latest.map(({ xMs }) => xMs));
      this.begin();
    }
  }

  /** The reported latency may be true by now: take it, and then only move with it slowly. @param {number} tMs */
  follow(tMs) {
    if (tMs - this.followedMs < FOLLOW_EVERY_MS) return;
    this.followedMs = tMs;
    const third = Math.floor(this.recent.length / 3);
    const reported = this.latencyBy(this.recent);
    const moved = this.latencyBy(this.recent.slice(-third)) - this.latencyBy(this.recent.slice(0, third));
    if (third < 3 || Math.abs(moved) > SETTLED_WITHIN_MS) return; // it wanders, or the machine is very busy
    const offMs = reported - (this.latencyMs ?? reported);
    if (this.source !== 'settled') {
      this.latencyMs = reported;
      this.source = 'settled';
    } else if (Math.abs(offMs) < ROUTE_MS) {
      this.latencyMs = (this.latencyMs ?? reported) + offMs * 0.1;
      this.routeSinceMs = null;
    } else {
      this.routeSinceMs ??= tMs;
      if (tMs - this.routeSinceMs >= ROUTE_AFTER_MS) this.latencyMs = reported;
    }
  }

  /** The context time, in ms, that sounds at page time `tMs`. @param {number} tMs */
  contextMsAt(tMs) {
    return tMs + this.clock.at(tMs) - (this.latencyMs ?? 0);
  }

  /** The page time at which context time `contextMs` sounds. @param {number} contextMs */
  pageMsAt(contextMs) {
    const { tMs, yMs, slope } = this.clock.line;
    return (contextMs + (this.latencyMs ?? 0) - yMs + slope * tMs) / (1 + slope);
  }

  /** @returns {PlayoutReading} */
  reading() {
    return {
      skewPpm: this.clock.line.slope * 1e6,
      latencyMs: this.latencyMs ?? 0,
      sigmaMs: { settled: 0.15, remembered: 0.2, early: 0.5, estimated: 10 }[this.source],
      source: this.source,
    };
  }
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
