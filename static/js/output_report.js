// @ts-check
/**
 * What a browser reports about its output, as a line: the context time that sounds at a page time, minus that page time.
 *
 * A true report is a straight line, as steep as the device's crystal is off. As a stream begins, PulseAudio's own filter
 * swings about that line on a course that is known; it is taken out first (`report_swing.js`). Where the device ran dry at
 * the beginning the report can go up to 50 ms astray for 15 s, on another course. That is seen by its not being straight:
 * then the line is held where it was. Where that lasts, another stream, begun beside it, is known better (`doubtful`, see
 * `outputs.js`); where the device stumbled and the two have been far apart since, it is not waited for that.
 *
 * Readings come in blocks, whose median is one point; rare ones are taken up each by itself. Points are {tMs: page time,
 * xMs: context time minus page time}.
 */

import { LARGE_SWING_MS, ReportSwing } from './report_swing.js';

/** @typedef {import('./render_clock.js').Point} Point */
/**
 * @typedef {object} Seen  the blocks of a while
 * @property {number} nowMs
 * @property {number} ageMs  of the stream
 * @property {number[]} tail  all of them, in ms of context minus page time
 * @property {number} before  the last but one
 * @property {number} newest
 * @property {boolean} straight  the last two differ by nothing
 * @property {boolean} still  all of them do
 * @property {boolean} swings  too far for the swing to be taken out well
 */

const BLOCK_MS = 120;
const BLOCK_POINTS = 4;
/** A browser that reads its clocks late, by up to a callback, scatters by this within a block, and does so always: where
 * some blocks in a row did not, it is the machine that was busy. */
const SCATTER_MS = 0.7;
const SCATTER_BLOCKS = 5;
const CALM_BLOCKS = 3;
/** Readings that far apart are of a hidden page that is silent, whose timers run once a second, and after five minutes
 * once a minute. They make no blocks. */
const RARE_MS = 900;
/** A line that old says less than one reading. (A page that is seen does not stall for so long: it slept.) */
const OLD_MS = 5_000;
/** While a stream fills its first buffers its device does not play yet. */
const FIRST_FROM_MS = 35;
/** Neighbouring blocks of a straight report differ by less. Seen: 0.1. */
const NEIGHBOUR_MS = 0.25;
/** A straight report stays within this for so long: a swing of 2 ms, at its turning point, does not. */
const STILL_MS = 3_000;
const STILL_WITHIN_MS = 0.3;
/** Off by more than this, and still: something stepped. Less is worked off with FOLLOW a block, a tenth in a second: a
 * report that has come to rest still wanders by 0.1 ms within some seconds. */
const STEP_MS = 1;
const FOLLOW = 0.015;
/** The report's own step may differ from the render clock's by this share of it. */
const ALIKE = 1 / 3;
/** For how long a step of the render clock speaks for one of the report's. */
const STEP_HOLDS_MS = 1_500;
/** A disturbance at this age or before is the beginning's own: what follows it is of no use for long. */
export const YOUNG_MS = 2_500;
const DISTURBED_MS = 0.8;
/** A step of the device is known by then. What is off the line for longer, and on no other, swings as the buffers of a
 * device fill that ran dry: by up to 70 ms in a second, for a quarter of a minute. */
const ASTRAY_AFTER_MS = 800;
/** A correction of that size is a jump. */
const FAR_MS = 30;
/** A step of the render clock that is no filling of buffers (2 ms at a time) but a stumble: half a callback. It accounts
 * for what the report does in this while. */
const STUMBLE_MS = 10;
const STUMBLE_HOLDS_MS = 3_000;
/** After a step PulseAudio's filter swings anew, too slowly to be told from a line: 34 streams were off by 0.4 ms then on
 * average, the worst by 1.2 for eight seconds; 17 that were begun anew instead, by 0.2 and 0.4. */
const SETTLES_IN_MS = 15_000;
/** By then a stream's line is known, or another stream is wanted; where none is begun, what it reports has to do. */
const READY_BY_MS = 1_200;
const LATEST_MS = 2 * READY_BY_MS;

export class OutputReport {
  constructor() {
    /** @type {Point[]} */
    this.open = [];
    /** @type {Point[]} */
    this.blocks = [];
    /** @type {Point | null} */
    this.level = null;
    /** @type {number | null} */
    this.firstMs = null;
    /** @type {number | null} */
    this.lastMs = null;
    this.scattered = 0;
    this.calm = 0;
    /** Whether this is no browser whose readings scatter. */
    this.even = false;
    /** Whether the newest readings are on the line. */
    this.believed = false;
    /** Since when they are off it, to one side. @type {{sinceMs: number, sign: number} | null} */
    this.astray = null;
    /** Whether another stream would be known better. */
    this.doubtful = false;
    /** Until then, after a step, a report that is straight and still may swing all the same. */
    this.unsettledUntilMs = -Infinity;
    /** Steps of what sounds. */
    this.steps = 0;
    this.swing = new ReportSwing();
    this.stumbledMs = -Infinity;
    /** @type {{stepMs: number, tMs: number} | null} of the render clock */
    this.renderStep = null;
  }

  /**
   * @param {Point} point
   * @param {number} slope  of the line, as far as it is known
   */
  add(point, slope) {
    this.firstMs ??= point.tMs;
    const rare = point.tMs - (this.lastMs ?? point.tMs) > RARE_MS;
    this.lastMs = point.tMs;
    if (point.tMs - this.firstMs < FIRST_FROM_MS) return;
    if (rare) {
      this.takeUp(point);
      return;
    }
    this.open.push(point);
    if (this.open.length < BLOCK_POINTS || point.tMs - this.open[0].tMs < BLOCK_MS) return;
    const xMs = median(this.open.map((each) => each.xMs));
    this.watchScatter(median(this.open.map((each) => Math.abs(each.xMs - xMs))));
    const tMs = median(this.open.map((each) => each.tMs));
    this.blocks.push({ tMs, xMs });
    this.swing.add(tMs - this.firstMs, xMs);
    this.open = [];
    this.blocks = this.blocks.filter((each) => each.tMs > point.tMs - STILL_MS);
    this.look(point.tMs, slope);
  }

  /** The one reading in a while: it has to do where there is no line, or an old one. @param {Point} point */
  takeUp({ tMs, xMs }) {
    this.open = [];
    const ageMs = tMs - (this.firstMs ?? tMs);
    if (this.level ? tMs - this.level.tMs < OLD_MS : ageMs < LATEST_MS) return;
    this.level = { tMs, xMs: xMs - this.swing.at(ageMs) };
    this.believed = true;
    this.astray = null;
  }

  /** @param {number} scatterMs  within a block */
  watchScatter(scatterMs) {
    const wide = scatterMs > SCATTER_MS;
    this.scattered = wide ? Math.min(this.scattered + 1, 2 * SCATTER_BLOCKS) : Math.max(this.scattered - 1, 0);
    this.calm = wide ? 0 : this.calm + 1;
    this.even ||= this.calm === CALM_BLOCKS;
  }

  /** Whether single readings are so far off that their upper envelope says more than their middle. */
  get scatters() {
    return !this.even && this.scattered >= SCATTER_BLOCKS;
  }

  /** The render clock has stepped: if the report does so too, that is true. A step in the middle of a while comes in two
   * parts. @param {number} tMs @param {number} stepMs */
  stepped(tMs, stepMs) {
    const before = this.renderStep && tMs - this.renderStep.tMs < STEP_HOLDS_MS ? this.renderStep.stepMs : 0;
    this.renderStep = { tMs, stepMs: before + stepMs };
    if (Math.abs(stepMs) > STUMBLE_MS) this.stumbledMs = tMs;
  }

  /** @param {number} nowMs @param {number} slope */
  look(nowMs, slope) {
    if (this.blocks.length < 2) return;
    const seen = this.seen(nowMs, slope);
    if (!this.level) {
      this.begin(seen);
      return;
    }
    const { ageMs, newest, tail, straight, still } = seen;
    this.level = { tMs: nowMs, xMs: this.swing.known ? this.swing.lineAt(ageMs) : this.at(nowMs, slope) };
    const offMs = newest - this.level.xMs;
    if (ageMs < YOUNG_MS && (seen.swings || Math.abs(offMs) > DISTURBED_MS)) this.doubtful = true;
    const old = ageMs >= STILL_MS;
    this.believed = straight && Math.abs(offMs) < STEP_MS && (still || !old);
    const stepped = Math.abs(offMs) > STEP_MS && ((still && old) || (straight && this.witnessed(offMs, nowMs)));
    if (this.believed) {
      this.level.xMs += FOLLOW * offMs;
      this.astray = null;
      if (old && nowMs > this.unsettledUntilMs) this.doubtful = false;
    } else if (stepped) {
      this.stepTo(still ? median(tail) : newest);
      this.doubtful = true;
      this.unsettledUntilMs = nowMs + SETTLES_IN_MS;
    } else if (this.astrayFor(offMs, nowMs) > ASTRAY_AFTER_MS) {
      this.distrust(offMs, nowMs);
    }
  }

  /**
   * The blocks so far, as they would be now and without the swing.
   * @param {number} nowMs @param {number} slope
   * @returns {Seen}
   */
  seen(nowMs, slope) {
    const firstMs = this.firstMs ?? nowMs;
    const tail = this.blocks.map(({ tMs, xMs }) => xMs - this.swing.at(tMs - firstMs) + slope * (nowMs - tMs));
    const [before, newest] = tail.slice(-2);
    return {
      nowMs, ageMs: nowMs - firstMs, tail, before, newest,
      straight: Math.abs(newest - before) < NEIGHBOUR_MS,
      still: Math.max(...tail) - Math.min(...tail) < STILL_WITHIN_MS,
      swings: Math.abs(this.swing.sizeMs) > LARGE_SWING_MS,
    };
  }

  /** Where the line is at first. @param {Seen} seen */
  begin({ nowMs, ageMs, before, newest, straight, swings }) {
    if (straight && (this.doubtful || (this.swing.told && !swings))) this.level = { tMs: nowMs, xMs: (before + newest) / 2 };
    else if (ageMs > LATEST_MS) this.level = { tMs: nowMs, xMs: newest };
    else if (ageMs > READY_BY_MS) this.doubtful = true;
  }

  /** It is off for long now: the line is held, unless it is the line that is wrong.
   * @param {number} offMs @param {number} nowMs */
  distrust(offMs, nowMs) {
    this.doubtful = true;
    const stumbled = nowMs - this.stumbledMs < STUMBLE_HOLDS_MS;
    if (this.level && stumbled && Math.abs(offMs) > FAR_MS) this.stepTo(this.level.xMs + this.stumble(offMs));
  }

  /** @param {number} xMs  where the line is from now on */
  stepTo(xMs) {
    if (this.level) this.level.xMs = xMs;
    this.steps += 1;
    this.renderStep = null;
    this.stumbledMs = -Infinity;
    this.astray = null;
    this.swing.end();
  }

  /** By how much a device stumbled whose report is this far off, and swings: as the render clock has it, where it has
   * gone the same way. Filled again at once, it has not. @param {number} offMs */
  stumble(offMs) {
    const { stepMs } = this.renderStep ?? { stepMs: 0 };
    return Math.abs(stepMs) > FAR_MS && stepMs * offMs > 0 ? stepMs : offMs;
  }

  /** For how long the report is off the line by now, to the same side. @param {number} offMs @param {number} nowMs */
  astrayFor(offMs, nowMs) {
    const sign = Math.abs(offMs) > STEP_MS ? Math.sign(offMs) : 0;
    if (this.astray?.sign !== sign) this.astray = { sinceMs: nowMs, sign };
    return sign ? nowMs - this.astray.sinceMs : 0;
  }

  /** Whether the render clock has made this step too. A report that steps alone is not believed before it has stood
   * still: its filter jumps by 4 to 11 ms, and may by more, while the device goes on evenly, and takes 9 to 16 s to come
   * back. @param {number} offMs @param {number} nowMs */
  witnessed(offMs, nowMs) {
    const { tMs, stepMs } = this.renderStep ?? { tMs: -Infinity, stepMs: 0 };
    return nowMs - tMs < STEP_HOLDS_MS && Math.abs(offMs - stepMs) < Math.abs(offMs) * ALIKE;
  }

  /** Context time minus page time of what sounds at a page time. @param {number} tMs @param {number} slope */
  at(tMs, slope) {
    return this.level ? this.level.xMs + slope * (tMs - this.level.tMs) : 0;
  }
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
