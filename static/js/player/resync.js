// @ts-check
/** Whether the loudspeaker is so far from the timeline, and has been for so long, that gliding is not enough. Pure. */

import { COARSE_MS } from '../link/clock_step.js';
import { SNAP_SAMPLES, SPLICE_SAMPLES } from './pace.js';
import { SAMPLE_RATE_HZ } from '../music/timeline.js';

/** It must last this long; single readings lie. */
const AFTER_MS = 400;
/** After that, no other one for a while: the estimates need new readings. */
const PAUSE_MS = 1_500;

/** @param {number} ms */
export function wantsJump(ms) {
  return beyond(ms, SNAP_SAMPLES);
}

/** @param {number} ms @param {number} samples */
function beyond(ms, samples) {
  return Math.abs(ms) * (SAMPLE_RATE_HZ / 1000) > samples;
}

export class ResyncWatch {
  constructor() {
    /** In which the page's clock is read: on a coarse one, what is less is glided to, however long it takes. */
    this.stepMs = 0;
    /** @type {number | null} */
    this.sinceMs = null;
    this.mendedMs = -Infinity;
  }

  /** Where it stands now does not matter any more. */
  forget() {
    this.sinceMs = null;
  }

  /**
   * @param {number | null} errorMs  null: nothing sounds
   * @param {number} nowMs
   * @returns {'jump' | 'splice' | null}  what is to be done now; it counts as done
   */
  look(errorMs, nowMs) {
    const unsure = this.stepMs > COARSE_MS && Math.abs(errorMs ?? 0) <= this.stepMs;
    if (errorMs === null || unsure || !beyond(errorMs, SPLICE_SAMPLES)) {
      this.sinceMs = null;
      return null;
    }
    this.sinceMs ??= nowMs;
    if (nowMs - this.sinceMs < AFTER_MS || nowMs - this.mendedMs < PAUSE_MS) return null;
    this.mendedMs = nowMs;
    return wantsJump(errorMs) ? 'jump' : 'splice';
  }
}
