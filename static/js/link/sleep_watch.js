// @ts-check
/**
 * Notices that the machine slept.
 *
 * Where the page's clock went on meanwhile (Windows), nothing ran for a long time; a hidden page runs seldom by itself.
 * Where it stood still with the machine (Linux and macOS, in Chromium and Firefox), the wall clock has gone ahead of it.
 * The wall clock can be set at any time, and is asked for nothing else.
 */

/** No page stalls for so long that still runs. */
const SLEPT_MS = 5_000;
/** More than a wall clock is ever slewed by from one look to the next. */
const STOOD_STILL_MS = 2_000;

export class SleepWatch {
  /**
   * @param {object} options
   * @param {() => number} options.now
   * @param {() => number} [options.wallNow]
   */
  constructor({ now, wallNow = () => Date.now() }) {
    this.now = now;
    this.wallNow = wallNow;
    this.lastMs = now();
    this.lastWallMs = wallNow();
  }

  /**
   * Call it often.
   * @param {boolean} hidden
   * @returns {'awake' | 'slept' | 'stood still'}  what the machine and the page's clock did since the last look
   */
  look(hidden) {
    const nowMs = this.now();
    const wallMs = this.wallNow();
    const passedMs = nowMs - this.lastMs;
    const aheadMs = wallMs - this.lastWallMs - passedMs;
    this.lastMs = nowMs;
    this.lastWallMs = wallMs;
    if (aheadMs > STOOD_STILL_MS) return 'stood still';
    return passedMs > SLEPT_MS && !hidden ? 'slept' : 'awake';
  }
}
