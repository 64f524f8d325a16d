// @ts-check
/**
 * The render clock of an audio device: how many frames it has asked for, against the page's clock.
 *
 * A callback comes late but never early, so the truth is the upper envelope of (context time minus page time at each
 * callback). Each while has a top, and a line is laid along the tops. A step of that line is a step of the device.
 */

/** @typedef {{tMs: number, xMs: number}} Point  Context minus page time, at a page time. */
/** @typedef {{tMs: number, yMs: number, count: number}} Bin  The top of a while of `count` points. */
/** @typedef {{tMs: number, yMs: number, slope: number, count: number}} Line  yMs at tMs; `count` points or tops made it. */
/** @typedef {{stepMs: number, fromMs: number}} Step */

/** A while: a beat of 1024-frame callbacks on 10 ms device periods takes 15 callbacks, 320 ms. */
export const BIN_MS = 350;
/** Long enough for a slope of some ppm, short enough to follow an oscillator that warms up. */
const WINDOW_MS = 20_000;
/** A device's oscillator against the computer's: rarely beyond 100 ppm; PulseAudio's null sink runs 60-125 fast. */
const SLOPE_SIGMA_PPM = 80;
/** Scatter of one while's top, measured 0.1-0.2 ms; mostly downwards, as callbacks are late and never early. */
const BIN_SIGMA_MS = 0.15;
const WEIGHT_BELOW = 0.25;
/** Tops further off than this are stalls, or the first sign of a step. */
const GATE_MS = 0.45;
/** Tops in a row that stand off the line alike are a step of the device (seen: 4.3 ms, as a server skipped). A machine
 * that stalls makes some low ones by itself, so that a step down wants one more. */
export const STEP_MS = 0.6;
const STEP_ALIKE_MS = 0.35;
const STEP_BINS_UP = 2;
const STEP_BINS_DOWN = 3;
/** The top of a while needs company this near: a read that straddles a callback stands 10-20 ms above it. */
const COMPANY_MS = 1.5;
const LEAST_POINTS = 4;

/** @type {Line} */
const NO_LINE = { tMs: 0, yMs: 0, slope: 0, count: 0 };

export class RenderClock {
  line = NO_LINE;
  /** How far each top stands off the line that was known before the newest one. @type {number[]} */
  off = [];
  /** @type {Bin[]} */
  bins = [];
  /** The points of the while that has not ended. @type {Point[]} */
  open = [];

  get known() {
    return this.line.count > 0;
  }

  /** Context minus page time at a page time, in ms. @param {number} tMs */
  at(tMs) {
    return this.line.yMs + this.line.slope * (tMs - this.line.tMs);
  }

  /**
   * @param {Point} point
   * @returns {boolean} whether a while has ended with it, so that there may be a step
   */
  add(point) {
    const ended = this.open.length > 0 && point.tMs - this.open[0].tMs >= BIN_MS;
    if (ended) {
      this.close(topOf(this.open));
      this.open = [];
    }
    this.open.push(point);
    if (this.bins.length === 0) {
      const bin = topOf(this.open); // before the first while is full: what there is
      if (bin) this.line = { ...bin, slope: 0 };
    }
    return ended;
  }

  /** @param {Bin | null} bin */
  close(bin) {
    if (!bin) return;
    this.bins = [...this.bins, bin].filter(({ tMs }) => tMs > bin.tMs - WINDOW_MS);
    this.off = this.bins.map(({ tMs, yMs }) => yMs - this.at(tMs));
    this.line = fitTop(this.bins, this.line.slope);
  }

  /** How the newest top alone would have it. @returns {Step | null} */
  get jump() {
    if (this.bins.length < 2) return null;
    return { stepMs: this.off[this.off.length - 1], fromMs: this.bins[this.bins.length - 1].tMs };
  }

  /** A step that the last tops agree upon. @returns {Step | null} */
  get step() {
    const newest = this.off[this.off.length - 1];
    const count = newest > 0 ? STEP_BINS_UP : STEP_BINS_DOWN;
    const tail = this.off.slice(-count);
    const alike = tail.every((value) => Math.abs(value) >= STEP_MS && Math.abs(value - newest) <= STEP_ALIKE_MS);
    if (!alike || this.bins.length <= count) return null;
    return { stepMs: tail.reduce((sum, value) => sum + value, 0) / count, fromMs: this.bins[this.bins.length - count].tMs };
  }

  /** The device did step: what was before is moved to the new level, so that the slope is kept. @param {Step} step */
  shift({ stepMs, fromMs }) {
    for (const bin of this.bins) if (bin.tMs < fromMs) bin.yMs += stepMs;
    this.line = fitTop(this.bins, this.line.slope);
  }
}

/**
 * The highest reading that is not alone up there.
 * @param {Point[]} points @returns {Bin | null}
 */
function topOf(points) {
  if (points.length < LEAST_POINTS) return null;
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
