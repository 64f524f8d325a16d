// @ts-check
/**
 * The render clock where both clocks are read in coarse steps, as Firefox's are under its protection against
 * fingerprinting (16.667 ms, moved about at random). There the top of a while's points is the luckiest pair of two such
 * errors, up to two steps off and another one each time. Their mean is off by neither, as both stand a step early as
 * often as late. What it cannot tell is how far below the top it is: half of what the device asks for at a time.
 *
 * Steps of the device are not told apart from those of the clocks. A true one is followed as the window passes it.
 */

import { BIN_MS, RenderClock } from './render_clock.js';

/** The device's drift while half of this passes is all that the mean is behind: 1 ms at 100 ppm. */
const WINDOW_MS = 20_000;
/** Whiles of 21 steps each, which scatter by 2 ms. */
const LEAST_BINS = 3;

export class MeanRenderClock extends RenderClock {
  line = { tMs: 0, yMs: 0, slope: 0, count: 0 };

  get known() {
    return this.bins.length >= LEAST_BINS;
  }

  /** @param {import('./render_clock.js').Point} point @returns {boolean}  never: it sees no step */
  add(point) {
    if (this.open.length > 0 && point.tMs - this.open[0].tMs >= BIN_MS) {
      const points = this.open.splice(0);
      this.bins.push({ tMs: point.tMs, yMs: mean(points.map(({ xMs }) => xMs)), count: points.length });
      while (this.bins[0].tMs <= point.tMs - WINDOW_MS) this.bins.shift();
      Object.assign(this.line, { tMs: point.tMs, yMs: mean(this.bins.map(({ yMs }) => yMs)), count: this.bins.length });
    }
    this.open.push(point);
    return false;
  }
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
