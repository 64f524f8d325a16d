// @ts-check
/**
 * The strategy for a browser that reports what sounds: its report as a line, the context time that sounds at a page time,
 * minus that page time.
 *
 * A true report is a straight line, as steep as the device's crystal is off. As a stream begins, the report of some
 * platforms swings about that line on a course that is known; it is taken out first (`report_line.js`). Where the device
 * ran dry at the beginning the report can be up to 50 ms off for 15 s, on another course. That is seen by its not being
 * straight: then the line is held where it was. Where that lasts, another stream, begun beside it, is known better
 * (`doubt`, see `outputs.js`); where the device stumbled and the two have been far apart since, it is not waited for that.
 *
 * Each block of readings (`report_blocks.js`) has a verdict: it is on the line, a step, off the line, or says nothing
 * yet. A step is believed where the device made it, too (`device_steps.js`), or where the report stands still after it.
 */

import { DeviceSteps } from './device_steps.js';
import { median, ReportBlocks } from './report_blocks.js';
import { ReportLine } from './report_line.js';

/**
 * @typedef {'disturbed' | 'no_line' | 'stepped' | 'off_line'} Doubt  why another stream would be known better: this one
 *   was disturbed as it began; it has not become straight in time; it stepped, and the report is not settled since; the
 *   report left the line, and is on no other
 */
/** @typedef {'on_line' | 'stepped' | 'off_line' | 'unclear'} Verdict */
/** @typedef {import('./render_clock.js').RenderClock} RenderClock */
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
 */

/** A line that old says less than one reading. (A page that is seen does not stall for so long: it slept.) */
const OLD_MS = 5_000;
/** Neighbouring blocks of a straight report differ by less. Seen: 0.1. */
const NEIGHBOUR_MS = 0.25;
/** A straight report stays within this for so long: a swing of 2 ms, at its turning point, does not. */
const STILL_MS = 3_000;
const STILL_WITHIN_MS = 0.3;
/** Off by more than this, and still: something stepped. Less is worked off with FOLLOW a block, a tenth in a second: a
 * report that has come to rest still wanders by 0.1 ms within some seconds. */
const STEP_MS = 1;
const FOLLOW = 0.015;
/** A disturbance at this age or before is the beginning's own: what follows it is of no use for long. */
const YOUNG_MS = 2_500;
const DISTURBED_MS = 0.8;
/** A step of the device is known by then. What is off the line for longer, and on no other, swings as the buffers of a
 * device fill that ran dry: by up to 70 ms in a second, for a quarter of a minute. */
const DEVIATES_AFTER_MS = 800;
/** A correction of that size is a jump. */
const FAR_MS = 30;
/** After a step PulseAudio's filter swings anew, too slowly to be told from a line: 34 streams were off by 0.4 ms then on
 * average, the worst by 1.2 for eight seconds; 17 that were begun anew instead, by 0.2 and 0.4. */
const SETTLES_IN_MS = 15_000;
/** By then a stream's line is known, or another stream is wanted; where none is begun, what it reports has to do. */
const READY_BY_MS = 1_200;
const LATEST_MS = 2 * READY_BY_MS;

export class Reported {
  /** @param {{render: RenderClock, platform: import('./report_line.js').Platform}} options */
  constructor({ render, platform }) {
    this.render = render;
    this.blocks = new ReportBlocks(STILL_MS);
    this.line = new ReportLine(platform);
    this.deviceSteps = new DeviceSteps();
    /** Where the line is. @type {Point | null} */
    this.level = null;
    /** Whether the newest readings are on the line. */
    this.believed = false;
    /** Since when they are off it, to one side. @type {{sinceMs: number, sign: number} | null} */
    this.deviation = null;
    /** @type {Doubt | null} */
    this.doubt = null;
    /** Until then, after a step, a report that is straight and still may swing all the same. */
    this.unsettledUntilMs = -Infinity;
    /** Steps of what sounds. */
    this.steps = 0;
  }

  /** The report as it is, or as it was when it could be believed. */
  get source() {
    return this.believed ? /** @type {const} */ ('reported') : /** @type {const} */ ('held');
  }

  get ready() {
    return this.level !== null;
  }

  get scatters() {
    return this.blocks.scatters;
  }

  /** Of the line, as far as it is known. */
  get slope() {
    return this.render.line.slope;
  }

  /** Context time minus page time of what sounds at a page time. @param {number} tMs */
  at(tMs) {
    return this.level ? this.level.xMs + this.slope * (tMs - this.level.tMs) : 0;
  }

  /** @param {Point} point  a report, of which the render clock has the instant already */
  add(point) {
    const made = this.blocks.add(point);
    if (made === 'rare') {
      this.takeUp(point);
    } else if (made === 'block') {
      const { tMs, xMs } = this.blocks.newest;
      this.line.add(this.blocks.ageMs(tMs), xMs);
      this.look(point.tMs);
    }
  }

  /** The one reading in a while: it has to do where there is no line, or an old one. @param {Point} point */
  takeUp({ tMs, xMs }) {
    const ageMs = this.blocks.ageMs(tMs);
    if (this.level ? tMs - this.level.tMs < OLD_MS : ageMs < LATEST_MS) return;
    this.level = { tMs, xMs: xMs - this.line.swingAt(ageMs) };
    this.believed = true;
    this.deviation = null;
  }

  /** @param {number} nowMs */
  look(nowMs) {
    if (this.blocks.kept.length < 2) return;
    const seen = this.seen(nowMs);
    if (!this.level) {
      this.begin(seen);
      return;
    }
    const { ageMs, newest, tail, still } = seen;
    this.level = { tMs: nowMs, xMs: this.line.known ? this.line.at(ageMs) : this.at(nowMs) };
    const offMs = newest - this.level.xMs;
    if (ageMs < YOUNG_MS && (this.line.swingsFar || Math.abs(offMs) > DISTURBED_MS)) this.doubt = 'disturbed';
    const verdict = this.judge(seen, offMs);
    this.believed = verdict === 'on_line';
    switch (verdict) {
      case 'on_line':
        this.level.xMs += FOLLOW * offMs;
        this.deviation = null;
        if (ageMs >= STILL_MS && nowMs > this.unsettledUntilMs) this.doubt = null;
        break;
      case 'stepped':
        this.stepTo(still ? median(tail) : newest);
        this.doubt = 'stepped';
        this.unsettledUntilMs = nowMs + SETTLES_IN_MS;
        break;
      case 'off_line':
        this.doubt = 'off_line';
        // the line is held, unless it is the line that is wrong
        if (this.deviceSteps.stumbled(nowMs) && Math.abs(offMs) > FAR_MS) {
          this.stepTo(this.level.xMs + this.deviceSteps.stumbleMs(offMs, FAR_MS));
        }
        break;
    }
  }

  /**
   * The blocks so far, as they would be now and without the swing.
   * @param {number} nowMs
   * @returns {Seen}
   */
  seen(nowMs) {
    const { blocks, line, slope } = this;
    const tail = blocks.kept.map(({ tMs, xMs }) => xMs - line.swingAt(blocks.ageMs(tMs)) + slope * (nowMs - tMs));
    const [before, newest] = tail.slice(-2);
    return {
      nowMs, ageMs: blocks.ageMs(nowMs), tail, before, newest,
      straight: Math.abs(newest - before) < NEIGHBOUR_MS,
      still: Math.max(...tail) - Math.min(...tail) < STILL_WITHIN_MS,
    };
  }

  /** Where the line is at first. @param {Seen} seen */
  begin({ nowMs, ageMs, before, newest, straight }) {
    const clear = this.line.told && !this.line.swingsFar;
    if (straight && (this.doubt || clear)) this.level = { tMs: nowMs, xMs: (before + newest) / 2 };
    else if (ageMs > LATEST_MS) this.level = { tMs: nowMs, xMs: newest };
    else if (ageMs > READY_BY_MS) this.doubt = 'no_line';
  }

  /** @param {Seen} seen @param {number} offMs  the line @returns {Verdict} */
  judge({ nowMs, ageMs, straight, still }, offMs) {
    const old = ageMs >= STILL_MS;
    if (straight && Math.abs(offMs) < STEP_MS && (still || !old)) return 'on_line';
    const confirmed = straight && this.deviceSteps.confirm(offMs, nowMs);
    if (Math.abs(offMs) > STEP_MS && ((still && old) || confirmed)) return 'stepped';
    return this.deviatesFor(offMs, nowMs) > DEVIATES_AFTER_MS ? 'off_line' : 'unclear';
  }

  /** For how long the report is off the line by now, to the same side. @param {number} offMs @param {number} nowMs */
  deviatesFor(offMs, nowMs) {
    const sign = Math.abs(offMs) > STEP_MS ? Math.sign(offMs) : 0;
    if (this.deviation?.sign !== sign) this.deviation = { sinceMs: nowMs, sign };
    return sign ? nowMs - this.deviation.sinceMs : 0;
  }

  /** @param {number} xMs  where the line is from now on */
  stepTo(xMs) {
    if (this.level) this.level.xMs = xMs;
    this.steps += 1;
    this.deviceSteps.forget();
    this.deviation = null;
    this.line.end();
  }
}
