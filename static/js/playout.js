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

/** @typedef {{tMs: number, yMs: number, count: number}} Bin  Top of the render clock (context minus page) in a while. */
/** @typedef {{tMs: number, xMs: number}} Reading  What getOutputTimestamp() said: context minus page. */
/** @typedef {{tMs: number, yMs: number, slope: number, count: number}} Line  yMs at tMs; `count` readings made it. */
/**
 * @typedef {object} PlayoutReading
 * @property {number} skewPpm  the device's clock against the page's
 * @property {number} latencyMs  from the render clock to the output
 * @property {number} sigmaMs
 * @property {'settled' | 'remembered' | 'early' | 'estimated'} source
 */

/** One while of the envelope: a beat of 1024-frame callbacks on 10 ms device periods takes 15 callbacks, 320 ms. */
export const BIN_MS = 350;
/** Long enough for a slope of some ppm, short enough to follow an oscillator that warms up. */
export const WINDOW_MS = 20_000;
/** A device's oscillator against the computer's: rarely beyond 100 ppm; PulseAudio's null sink runs 60-125 fast. */
const SLOPE_SIGMA_PPM = 80;
/** Scatter of one while's top, measured 0.1-0.2 ms; mostly downwards, as callbacks are late and never early. */
const BIN_SIGMA_MS = 0.15;
const WEIGHT_BELOW = 0.25;
/** Tops further off than this are stalls, or the first sign of a step. */
const GATE_MS = 0.45;
/** Tops in a row that stand off the line alike are a step of the device (seen: 4.3 ms, as a server skipped). A machine
 * that stalls makes some low ones by itself, so that a step down wants one more. */
const STEP_MS = 0.6;
const STEP_ALIKE_MS = 0.35;
const STEP_BINS_UP = 2;
const STEP_BINS_DOWN = 3;
/** One is enough for a step like this, if the report has moved alike: a stream ran dry. */
const BIG_STEP_MS = 5;
/** The top of a while needs company this near: a read that straddles a callback stands 10-20 ms above it. */
const COMPANY_MS = 1.5;
/** While a stream fills its first buffers its device does not play yet. */
const FIRST_MS = { from: 35, until: 200 };
/** When the audio server's own filter is about right for the first time, see above. */
const EARLY_MS = { from: 1_050, until: 1_300 };
/** Beyond this the filter has not come nearer from the first readings to those: it has run away. */
const EARLY_WITHIN_MS = 8;
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

/** @type {Line} */
const NO_LINE = { tMs: 0, yMs: 0, slope: 0, count: 0 };

export class PlayoutMap {
  /** The render clock's upper envelope. @type {Line} */
  line = NO_LINE;
  /** Of the render clock in the stream's first readings. */
  firstTopMs = -Infinity;
  lastMs = -Infinity;
  followedMs = -Infinity;

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
    /** @type {Bin[]} */
    this.bins = [];
    /** @type {{startMs: number, points: Reading[]} | null} */
    this.open = null;
    /** @type {Reading[]} */
    this.first = [];
    this.firstTopMs = -Infinity;
    /** @type {Reading[]} */
    this.early = [];
    /** @type {Reading[]} */
    this.recent = [];
    /** @type {number | null} */
    this.firstMs = null;
    this.lastMs = -Infinity;
    /** @type {number | null} */
    this.movingSinceMs = null;
    this.stamped = false;
    this.line = NO_LINE;
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
    return this.line.count > 0 && this.latencyMs !== null;
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

  /** @param {Reading} point */
  addRender(point) {
    if (point.tMs - (this.firstMs ?? 0) <= FIRST_MS.until) this.firstTopMs = Math.max(this.firstTopMs, point.xMs);
    if (!this.open) this.open = { startMs: point.tMs, points: [] };
    if (point.tMs - this.open.startMs >= BIN_MS) {
      const bin = topOf(this.open.points);
      if (bin) this.close(bin);
      this.open = { startMs: point.tMs, points: [] };
    }
    this.open.points.push(point);
    if (this.bins.length === 0) {
      const bin = topOf(this.open.points); // before the first while is full: what there is
      if (bin) this.line = { tMs: bin.tMs, yMs: bin.yMs, slope: 0, count: bin.count };
    }
  }

  /** @param {Bin} bin */
  close(bin) {
    const before = this.bins.length > 0 ? this.line : null;
    this.bins.push(bin);
    this.bins = this.bins.filter(({ tMs }) => tMs > bin.tMs - WINDOW_MS);
    if (before) this.mendStep(before);
    this.line = fitTop(this.bins, this.line.slope);
  }

  /**
   * The device skipped or held: move what was before to the new level, so that the slope is kept.
   * @param {{tMs: number, yMs: number, slope: number}} line  as fitted before the newest while
   */
  mendStep(line) {
    const off = this.bins.map(({ tMs, yMs }) => yMs - (line.yMs + line.slope * (tMs - line.tMs)));
    const newest = off[off.length - 1];
    const last = this.bins[this.bins.length - 1];
    if (Math.abs(newest) > BIG_STEP_MS && Math.abs(this.reportMoved(last.tMs - BIN_MS) - newest) < BIG_STEP_MS / 2) {
      this.shift(newest, last.tMs);
      return;
    }
    const tail = off.slice(newest > 0 ? -STEP_BINS_UP : -STEP_BINS_DOWN);
    if (tail.some((value) => Math.abs(value) < STEP_MS || Math.abs(value - newest) > STEP_ALIKE_MS)) return;
    const step = median(tail);
    const fromMs = this.bins[this.bins.length - tail.length].tMs;
    // a busy machine makes every callback late for a while; where the report is known to be true it tells the two apart
    if (this.source === 'settled' && Math.abs(this.reportMoved(fromMs) - step) > STEP_MS) return;
    this.shift(step, fromMs);
  }

  /**
   * The device stepped: what was read before `beforeMs` is moved to the new level.
   * @param {number} stepMs @param {number} beforeMs
   */
  shift(stepMs, beforeMs) {
    const points = [...this.first, ...this.early, ...this.recent, ...(this.open?.points ?? [])];
    for (const point of new Set(points)) if (point.tMs < beforeMs) point.xMs += stepMs;
    this.firstTopMs += stepMs;
    for (const bin of this.bins) if (bin.tMs < beforeMs) bin.yMs += stepMs;
    if (this.bins.length) this.line = fitTop(this.bins, this.line.slope);
    else this.line = { ...this.line, yMs: this.line.yMs + stepMs };
    this.steps += 1;
  }

  /** @param {Reading} reading */
  addReport(reading) {
    const ageMs = reading.tMs - (this.firstMs ?? reading.tMs);
    if (ageMs < FIRST_MS.from) return;
    if (ageMs <= FIRST_MS.until || this.first.length < 3) this.first.push(reading);
    if (ageMs >= EARLY_MS.from && (ageMs <= EARLY_MS.until || this.early.length < 3)) this.early.push(reading);
    this.recent.push(reading);
    if (this.recent.length > 8 && this.recent[0].tMs < reading.tMs - SETTLED_WINDOW_MS) this.recent.shift();
  }

  /** How much the report has moved since then. @param {number} sinceMs */
  reportMoved(sinceMs) {
    const after = this.recent.slice(-5);
    const before = this.recent.filter(({ tMs }) => tMs < sinceMs - BIN_MS).slice(-20);
    if (!after.length || !before.length) return 0;
    return median(after.map(({ xMs }) => xMs)) - median(before.map(({ xMs }) => xMs));
  }

  /** Latency by the readings given, against the envelope as it is known now. @param {Reading[]} readings */
  latencyBy(readings) {
    const { tMs, yMs, slope } = this.line;
    return median(readings.map((reading) => yMs + slope * (reading.tMs - tMs) - reading.xMs));
  }

  /** Decide which latency holds. @param {number} tMs */
  settle(tMs) {
    if (this.line.count === 0) return;
    const ageMs = tMs - (this.firstMs ?? tMs);
    if (!this.stamped) {
      const { outputLatency = 0, baseLatency = 0 } = this.context;
      if (ageMs > FIRST_MS.until) this.latencyMs = 1000 * (outputLatency || baseLatency);
    } else if (ageMs > SETTLED_AFTER_MS) {
      this.follow(tMs);
    } else if (this.first.length >= 3) {
      this.begin();
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
    return tMs + this.line.yMs + this.line.slope * (tMs - this.line.tMs) - (this.latencyMs ?? 0);
  }

  /** The page time at which context time `contextMs` sounds. @param {number} contextMs */
  pageMsAt(contextMs) {
    const { tMs, yMs, slope } = this.line;
    return (contextMs + (this.latencyMs ?? 0) - yMs + slope * tMs) / (1 + slope);
  }

  /** @returns {PlayoutReading} */
  reading() {
    return {
      skewPpm: this.line.slope * 1e6,
      latencyMs: this.latencyMs ?? 0,
      sigmaMs: { settled: 0.15, remembered: 0.2, early: 0.5, estimated: 10 }[this.source],
      source: this.source,
    };
  }
}

/**
 * The highest reading that is not alone up there.
 * @param {Reading[]} points @returns {Bin | null}
 */
function topOf(points) {
  if (points.length < 4) return null;
  const sorted = [...points].sort((a, b) => b.xMs - a.xMs);
  const top = sorted.find((point, i) => i + 1 < sorted.length && point.xMs - sorted[i + 1].xMs < COMPANY_MS);
  return top ? { tMs: top.tMs, yMs: top.xMs, count: points.length } : null;
}

/**
 * The line along the tops: least squares with a slope prior, in which a low top counts less, as it only means that a
 * callback was late (an expectile), and one that stands off does not count.
 * @param {Bin[]} bins @param {number} slope  as it was
 * @returns {Line}
 */
function fitTop(bins, slope) {
  const newest = bins[bins.length - 1];
  let line = { tMs: newest.tMs, yMs: newest.yMs, slope, count: bins.length };
  for (let pass = 0; pass < 4; pass++) {
    const off = bins.map(({ tMs, yMs }) => yMs - line.yMs - line.slope * (tMs - line.tMs));
    // the level is the highest that two of them share
    const sorted = [...off].sort((x, y) => y - x);
    const level = sorted.find((value, i) => i + 1 < sorted.length && value - sorted[i + 1] < GATE_MS) ?? off[off.length - 1];
    line = leastSquares(bins, off.map((value) => {
      if (value > level || value < level - 2 * GATE_MS) return 0;
      return pass > 0 && value < 0 ? WEIGHT_BELOW : 1;
    }));
  }
  return line;
}

/** @param {Bin[]} bins @param {number[]} weights @returns {Line} */
function leastSquares(bins, weights) {
  let sum = 0;
  let tMs = 0;
  let yMs = 0;
  bins.forEach((bin, i) => {
    sum += weights[i];
    tMs += weights[i] * bin.tMs;
    yMs += weights[i] * bin.yMs;
  });
  tMs /= sum;
  yMs /= sum;
  let stt = (BIN_SIGMA_MS / (SLOPE_SIGMA_PPM * 1e-6)) ** 2;
  let sty = 0;
  bins.forEach((bin, i) => {
    stt += weights[i] * (bin.tMs - tMs) ** 2;
    sty += weights[i] * (bin.tMs - tMs) * (bin.yMs - yMs);
  });
  return { tMs, yMs, slope: sty / stt, count: bins.length };
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
