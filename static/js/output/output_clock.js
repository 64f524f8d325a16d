// @ts-check
/**
 * What is known of one stream: which context time sounds at which page time.
 *
 * Two readings make it. What sounds now is what the browser reports. How fast it goes is told by the *render clock*, how
 * many frames the device has asked for by the instant it asked (`render_clock.js`): steadier than the report, but it
 * knows nothing of how full the buffers are that come after it. Together they tell a device that ran dry, where both
 * step, from buffers that fill otherwise, where only the render clock does, and from a report that errs.
 *
 * Three strategies make a line of them: `reported` believes the report while it is straight (`reported.js`), `envelope`
 * is for a browser whose reports scatter (`envelope.js`), `stated` for one that reports nothing (`stated.js`). Which is
 * in use, and why, is a state machine (`strategy.js`). docs/player.md has the picture.
 */

import { Envelope } from './envelope.js';
import { MeanRenderClock } from './mean_render_clock.js';
import { RenderClock } from './render_clock.js';
import { Reported } from './reported.js';
import { Stated } from './stated.js';
import { StrategyState } from './strategy.js';

/** @typedef {import('./render_clock.js').Point} Point */
/**
 * @typedef {object} Strategy  one way to know what sounds
 * @property {boolean} ready  whether it knows
 * @property {(tMs: number) => number} at  context minus page time at the output, at a page time
 * @property {number} slope  of that
 * @property {import('./playout.js').PlayoutReading['source']} source
 * @property {import('./reported.js').Doubt | null} doubt  why another stream would be known better than this one
 */
/** @typedef {{tMs: number, contextMs: number}} Stamp  the context time that sounds at a page time, as reported */

/** A step that one while of the render clock is enough for. */
const CLEAR_STEP_MS = 1.5;
/** A context that moves this long without one valid stamp will never have one. */
const STAMPLESS_AFTER_MS = 1_500;

export class OutputClock {
  /**
   * @param {object} options
   * @param {AudioContext} options.context
   * @param {import('./stated.js').OneAnswer | null} options.answer  of a browser whose report is an echo
   * @param {import('./report_line.js').Platform} options.platform  whose reports may swing
   * @param {import('./strategy.js').Beginning} options.reason
   * @param {number} options.nowMs
   */
  constructor({ context, answer, platform, reason, nowMs }) {
    /** Whether both clocks are read in coarse steps. */
    this.coarse = answer?.constant ?? false;
    this.render = this.coarse ? new MeanRenderClock() : new RenderClock();
    this.reported = new Reported({ render: this.render, platform });
    this.envelope = new Envelope();
    this.stated = new Stated({ context, render: this.render, answer });
    this.state = new StrategyState(reason, nowMs);
    this.echoing = answer !== null;
    if (this.echoing) this.state.change('report_echoes', nowMs);
    this.lastMs = -Infinity;
    /** @type {number | null} */
    this.movingSinceMs = null;
    /** @type {number | null} */
    this.stampedMs = null;
  }

  /** The one in use; while it is not known which, the one that makes do with least. @returns {Strategy} */
  get strategy() {
    switch (this.state.name) {
      case 'reported': return this.reported;
      case 'envelope': return this.envelope;
      default: return this.stated;
    }
  }

  get ready() {
    return this.state.name !== 'unknown' && this.strategy.ready;
  }

  /** Take one reading of the clocks. @param {{nowMs: number, contextMs: number, stamp: Stamp | null}} reading */
  take({ nowMs, contextMs, stamp }) {
    this.movingSinceMs ??= nowMs;
    if (stamp) this.stampedMs = nowMs;
    else if (!this.stampless(nowMs)) return;
    this.choose(stamp !== null, nowMs);
    const tMs = stamp ? stamp.tMs : nowMs;
    if (tMs < this.lastMs || (tMs === this.lastMs && !this.coarse)) return; // of a coarse clock every reading counts alike
    this.lastMs = tMs;
    this.addRender({ tMs, xMs: contextMs - tMs });
    if (stamp) {
      const report = { tMs, xMs: stamp.contextMs - tMs };
      this.reported.add(report);
      this.envelope.add(report);
      this.choose(true, nowMs);
    } else {
      this.stated.add({ tMs, xMs: contextMs - tMs });
    }
  }

  /**
   * Whether it is to be done without stamps. Until a stream runs it has none, and of one that is known some may be lost;
   * a browser that has none at all is read by its currentTime alone. (WebKitGTK 2.50 gives one or two that could be
   * true, and then only such from the future.)
   * @param {number} nowMs
   */
  stampless(nowMs) {
    if (this.echoing) return true;
    return !this.reported.ready && nowMs - (this.stampedMs ?? this.movingSinceMs ?? nowMs) >= STAMPLESS_AFTER_MS;
  }

  /** Go over to the strategy that the newest reading speaks for. @param {boolean} stamped @param {number} nowMs */
  choose(stamped, nowMs) {
    const { state, reported } = this;
    if (!stamped && state.name !== 'stated') state.change('report_missing', nowMs);
    if (stamped && !this.goesByReports) state.change('report_came', nowMs);
    if (state.name === 'reported' && reported.scatters) state.change('report_scatters', nowMs);
    if (state.name === 'envelope' && !reported.scatters) state.change('report_steady', nowMs);
  }

  get goesByReports() {
    return this.state.name === 'reported' || this.state.name === 'envelope';
  }

  /** @param {Point} point */
  addRender(point) {
    if (!this.render.add(point)) return;
    const { jump, step } = this.render;
    // where there is no report, this clock is all there is, and one odd while is not to move it
    const taken = step ?? (this.goesByReports && jump && Math.abs(jump.stepMs) > CLEAR_STEP_MS ? jump : null);
    if (!taken) return;
    this.render.shift(taken);
    this.reported.deviceSteps.add(point.tMs, taken.stepMs);
  }
}
