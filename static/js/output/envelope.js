// @ts-check
/**
 * The strategy for a browser that reads its clocks late: each report is older than it says, by up to a callback, and never
 * newer. So the truth is the upper envelope of what is reported, which is found as the render clock is.
 */

import { RenderClock } from './render_clock.js';

/** @typedef {import('./render_clock.js').Point} Point */

export class Envelope {
  source = /** @type {const} */ ('envelope');
  doubt = null;
  reports = new RenderClock();

  /** @param {Point} point  a report */
  add(point) {
    this.reports.add(point);
  }

  get ready() {
    return this.reports.known;
  }

  get slope() {
    return this.reports.line.slope;
  }

  /** @param {number} tMs */
  at(tMs) {
    return this.reports.at(tMs);
  }
}
