// @ts-check
/** How fast to play the next slice, so that the loudspeaker stays on the timeline and nobody hears it. Pure. */

import { COARSE_MS } from '../link/clock_step.js';
import { SAMPLE_RATE_HZ } from '../music/timeline.js';

const SAMPLES_PER_MS = SAMPLE_RATE_HZ / 1000;
/** A slice: 0.24 s. A correction begins with the next slice that has not begun to sound. */
export const SLICE_SAMPLES = 11_520;
/** Off by this much, correct (0.12 ms), until this little is left (0.01 ms). Where a steep
 * skew has every slice resampled anyway, correcting costs nothing (0.03 ms). */
const ENTER_SAMPLES = 6;
const ENTER_RESAMPLED_SAMPLES = 1.5;
/** On a coarse clock, off by this share of its step (1 ms of 16.667): the mean of its readings wanders by as much. */
const ENTER_COARSE = 1 / 16;
const LEAVE_SAMPLES = 0.5;
/** What a skew gathers to (0.04 ms) before one slice takes it over to the other side of the timeline. At 60 ppm five
 * slices of six pass untouched so: a page that resampled them all took a sixth more of a processor. */
const GATHERED_SAMPLES = 2;
/** Samples that a present plan may come to differ from what was expected of it before it is made anew (0.08 ms). */
export const REPLAN_SAMPLES = 4;
/** A hundredth of a semitone is 577 ppm: inaudible. Used for what drift and estimates leave. */
const LIMIT = 500e-6;
/** After a disturbance (a device that skipped, a late start on bad clocks) of over DISTURBED (1 ms): 7 cents, briefly. */
const LIMIT_DISTURBED = 4000e-6;
const DISTURBED_SAMPLES = 48;
/** An error is worked off over this many slices, if the limit allows. */
const SLICES_TO_CORRECT = 2;
/** Skew below this (12 ppm) gathers to ENTER_SAMPLES: samples pass untouched for 10 s and more at a time. */
const NEGLIGIBLE_SKEW = 12e-6;
/** From here on (150 ppm; hardly any crystal is that far off) nearly every second slice would cross over: all are resampled
 * evenly then. */
const STEEP_SKEW = 150e-6;
/** Beyond this (5 ms) gliding takes longer than a second: some of the music is left out, or sounded twice, where it is not
 * heard (`splice.js`). */
export const SPLICE_SAMPLES = 240;
/** Beyond this (30 ms) that would be heard whatever the place: fade, jump, fade. */
export const SNAP_SAMPLES = 1_440;

export class Pace {
  constructor() {
    /** In which the page's clock is read. */
    this.stepMs = 0;
    this.correcting = false;
    /** How often a correction has begun. */
    this.corrections = 0;
  }

  /**
   * Chain samples per output frame for the next slice.
   * @param {number} position  chain sample at which the slice begins
   * @param {number} error  samples that this is ahead of the timeline
   * @param {number} slope  chain samples per output frame that keep step with the timeline
   * @param {number} count  frames of the slice
   */
  ratio(position, error, slope, count) {
    const off = Math.abs(error);
    const steep = Math.abs(slope - 1) > STEEP_SKEW;
    if (!this.correcting && off > this.enterSamples(steep)) {
      this.correcting = true;
      this.corrections += 1;
    } else if (this.correcting && off < LEAVE_SAMPLES) {
      this.correcting = false;
    }
    if (!this.correcting) {
      if (steep) return slope;
      const shift = clamp(crossing(error, slope - 1), LIMIT * count);
      return (Math.round(position + count + shift) - position) / count; // onto whole samples: from there on untouched
    }
    const limit = off > DISTURBED_SAMPLES ? LIMIT_DISTURBED : LIMIT;
    return slope - clamp(error / (count * SLICES_TO_CORRECT), limit);
  }

  /** @param {boolean} steep */
  enterSamples(steep) {
    if (this.stepMs > COARSE_MS) return ENTER_COARSE * this.stepMs * SAMPLES_PER_MS;
    return steep ? ENTER_RESAMPLED_SAMPLES : ENTER_SAMPLES;
  }
}

/**
 * Samples to go over to the other side of the timeline by, from where the skew leads back.
 * @param {number} error @param {number} skew
 */
function crossing(error, skew) {
  if (Math.abs(skew) < NEGLIGIBLE_SKEW || Math.abs(error) < GATHERED_SAMPLES) return 0;
  return Math.sign(skew) * GATHERED_SAMPLES - error;
}

/** @param {number} value @param {number} limit */
function clamp(value, limit) {
  return Math.max(-limit, Math.min(limit, value));
}
