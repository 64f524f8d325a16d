// @ts-check
/**
 * The line that a young stream's reports lie on, and a known curve about it taken out.
 *
 * On some platforms the report swings as a stream begins, always on one course, only by another size each time
 * (`pulseaudio.js`). So level, slope and size are fitted to the readings so far, and the swing is taken out from the
 * first second on. On what does not swing the size comes out as 0.
 */

/**
 * @typedef {object} Curve  what the reports of a platform swing by as a stream begins, at size 1
 * @property {string | null} name
 * @property {(ageMs: number) => number} at  in ms, at an age of the stream
 * @property {(ageMs: number) => boolean} unclearAt  whether what is read at that age says nothing of the curve
 * @property {number} overMs  from this age on it is over
 * @property {number} sizeSigma  what size is expected before anything is read
 * @property {number} largeSize  from here on the swing is not quite the curve
 */
/** @typedef {Pick<import('./platform_curve.js').PlatformCurve, 'curve' | 'loading'>} Platform */

/** Of a platform whose reports are not known to swing: a straight line, fitted for as long as where they do.
 * @type {Curve} */
const STRAIGHT = {
  name: null, at: () => 0, unclearAt: () => false, overMs: 23_500, sizeSigma: 1, largeSize: Infinity,
};
/** @type {Platform} */
export const NO_CURVE = { curve: null, loading: false };

/** What is expected of the device's clock before anything is read. */
const SLOPE_SIGMA_PPM = 80;
const BLOCK_SIGMA_MS = 0.1;
/** Of a single one nothing can be taken out: a swing would be taken for the line itself. The second is there after 0.5 s. */
const TELLING_POINTS = 2;
/** So far off the fit, and so often in a row, this is no such swing: the device stepped, or the report errs otherwise. */
const OUTLIER_MS = 0.8;
const OUTLIERS_IN_A_ROW = 3;
/** Before there is a fit: the largest swing goes less far between two blocks. */
const LEAP_MS = 3;

export class ReportLine {
  /** @param {Platform} platform */
  constructor(platform) {
    this.platform = platform;
    /** What was read while the curve was loading. @type {{ageMs: number, xMs: number}[]} */
    this.unfitted = [];
    /** @type {{ageMs: number, xMs: number}[]} */
    this.points = [];
    this.levelMs = 0;
    this.slope = 0;
    this.size = 0;
    this.outliers = 0;
    /** Whether the readings lie on no such line, or the swing is over. */
    this.over = false;
  }

  get curve() {
    return this.platform.curve ?? STRAIGHT;
  }

  /** @param {number} ageMs  of the stream  @param {number} xMs  context minus page time, as reported */
  add(ageMs, xMs) {
    if (ageMs >= this.curve.overMs) this.end();
    if (this.over) return;
    this.unfitted.push({ ageMs, xMs });
    if (this.platform.loading) return;
    for (const each of this.unfitted.splice(0)) this.take(each.ageMs, each.xMs);
  }

  /** @param {number} ageMs @param {number} xMs */
  take(ageMs, xMs) {
    if (this.over || this.curve.unclearAt(ageMs)) return;
    const off = this.points.length > 2
      ? Math.abs(xMs - this.at(ageMs) - this.swingAt(ageMs)) > OUTLIER_MS
      : this.points.length > 0 && Math.abs(xMs - this.points[this.points.length - 1].xMs) > LEAP_MS;
    this.outliers = off ? this.outliers + 1 : 0;
    if (this.outliers === OUTLIERS_IN_A_ROW) this.end();
    if (off || this.over) return;
    this.points.push({ ageMs, xMs });
    this.fit();
  }

  /** What the report has too much at an age. @param {number} ageMs */
  swingAt(ageMs) {
    return this.over ? 0 : this.size * this.curve.at(ageMs);
  }

  /** What it would report without the swing. @param {number} ageMs */
  at(ageMs) {
    return this.levelMs + this.slope * ageMs;
  }

  /** Whether the line is to be gone by. */
  get known() {
    return !this.over && this.points.length >= TELLING_POINTS;
  }

  /** Whether the swing's size shows, if there is any. */
  get told() {
    return this.over || this.points.length >= TELLING_POINTS;
  }

  /** Whether it swings too far for the curve to be taken out well. */
  get swingsFar() {
    return Math.abs(this.size) > this.curve.largeSize;
  }

  end() {
    this.over = true;
    this.points = [];
    this.unfitted = [];
  }

  /** Least squares for level, slope and size, with what is expected of the latter two. */
  fit() {
    const base = this.points[0].xMs;
    const slopeWeight = (BLOCK_SIGMA_MS / (SLOPE_SIGMA_PPM * 1e-3)) ** 2; // slopes in ms a second here
    const sizeWeight = (BLOCK_SIGMA_MS / this.curve.sizeSigma) ** 2;
    let [n, t, s, tt, ts, ss, y, ty, sy] = [0, 0, 0, slopeWeight, 0, sizeWeight, 0, 0, 0];
    for (const { ageMs, xMs } of this.points) {
      const [age, of, value] = [ageMs / 1000, this.curve.at(ageMs), xMs - base];
      n += 1;
      t += age;
      s += of;
      tt += age * age;
      ts += age * of;
      ss += of * of;
      y += value;
      ty += age * value;
      sy += of * value;
    }
    // level eliminated first, then slope
    const [tt1, ts1, ss1] = [tt - (t * t) / n, ts - (t * s) / n, ss - (s * s) / n];
    const [ty1, sy1] = [ty - (t * y) / n, sy - (s * y) / n];
    this.size = (sy1 - (ts1 * ty1) / tt1) / (ss1 - (ts1 * ts1) / tt1);
    const perS = (ty1 - ts1 * this.size) / tt1;
    this.slope = perS / 1000;
    this.levelMs = base + (y - perS * t - this.size * s) / n;
  }
}
