// @ts-check
/** Whether the loudspeaker is so far from the timeline, and has been for so long, that it is to jump. Pure. */

import { SNAP_SAMPLES } from './pace.js';
import { SAMPLE_RATE_HZ } from './timeline.js';

/** An error over SNAP_SAMPLES must last this long; single readings lie. */
const SNAP_AFTER_MS = 400;
/** After a jump, no other one for a while: the estimates need new readings. */
const SNAP_PAUSE_MS = 1_500;

/** @param {number} ms */
export function wantsJump(ms) {
  return Math.abs(ms) * (SAMPLE_RATE_HZ / 1000) > SNAP_SAMPLES;
}

export class Astray {
  constructor() {
    /** @type {number | null} */
    this.sinceMs = null;
    this.jumpedMs = -Infinity;
  }

  /** Where it stands now does not matter any more. */
  forget() {
    this.sinceMs = null;
  }

  /**
   * @param {number | null} errorMs  null: nothing sounds
   * @param {number} nowMs
   * @returns {boolean}  true: jump; it counts as done
   */
  look(errorMs, nowMs) {
    if (errorMs === null || !wantsJump(errorMs)) {
      this.sinceMs = null;
      return false;
    }
    this.sinceMs ??= nowMs;
    if (nowMs - this.sinceMs < SNAP_AFTER_MS || nowMs - this.jumpedMs < SNAP_PAUSE_MS) return false;
    this.jumpedMs = nowMs;
    return true;
  }
}
