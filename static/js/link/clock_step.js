// @ts-check
/**
 * The step in which a clock is read. Chromium reads performance.now() in steps of 0.1 ms or less, Firefox and Safari of
 * 1 ms at most; Firefox with its protection against fingerprinting (privacy.resistFingerprinting), and the browsers made
 * of it, of 16.667 ms or 100 ms. Firefox moves the instants of its steps about at random, but what it reads are
 * multiples of the step all the same. Pure: it is handed the clock.
 */

/** The smallest of so many differences: where the machine took the processor away meanwhile, some are several steps. */
const CHANGES = 3;
/** A clock that stands still for so many reads is left: 20 to 30 ms where a read takes 0.1 µs (Firefox: 33 000 to 217 000
 * reads a step of 16.667 ms). An ordinary one changes with every read, or after some thousands. */
const MOST_READS = 250_000;
/** What was not seen to change in all those reads has a step of at least their time, which cannot be read. It is taken for
 * the coarsest that is known, of Firefox before version 102 and of the Tor Browser. */
export const COARSEST_MS = 100;
/** Beyond this a step is more than all that is unknown besides, and people are told. No browser reads its clock so coarsely
 * of itself (1 ms at most), and a busy machine seldom makes one of three steps. */
export const COARSE_MS = 4;

/**
 * @param {() => number} now  in ms
 * @returns {number}  in ms, to a thousandth; 0: finer than that
 */
export function clockStepMs(now) {
  let stepMs = Infinity;
  let changes = 0;
  let before = now();
  for (let reads = 0; reads < MOST_READS && changes < CHANGES; reads++) {
    const read = now();
    if (read === before) continue;
    if (read > before) stepMs = Math.min(stepMs, read - before);
    before = read;
    changes += 1;
  }
  return changes ? Math.round(stepMs * 1000) / 1000 : COARSEST_MS;
}
