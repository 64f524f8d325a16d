// @ts-check
/** The segment grid, as in `playback/segments.py`: one grid for every rendition of every track. */

/** 3.84 s at 48 kHz: a whole number of frames in AAC (180 x 1024) and in FLAC (45 x 4096). */
export const SEGMENT_SAMPLES = 184_320;

/**
 * Samples in segment `n` of a track; 0 outside it.
 * @param {number} totalSamples @param {number} n
 */
export function samplesIn(totalSamples, n) {
  return n < 0 ? 0 : Math.max(0, Math.min(SEGMENT_SAMPLES, totalSamples - n * SEGMENT_SAMPLES));
}
