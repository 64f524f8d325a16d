// @ts-check
/**
 * How a report of PulseAudio's swings as a stream begins, and what it would say without.
 *
 * The client library (since PulseAudio 16) learns how fast the device's clock goes by a filter that is fed at 0.3, 0.6,
 * 1.3 and 2.5 s and from then on every 1.5 s. What its first reading was off by becomes a wrong rate, which each feeding
 * takes back by a third: the report leaves the truth for a quarter of a minute. The course is always the same, only its
 * size is not. (Of 14 streams of Chromium, which swung by 0.5 to 4 ms, the one shape of SHAPE explains all but 0.1 ms.)
 * So level, slope and size are fitted to the readings so far, and the swing is taken out from the first second on. On
 * what does not swing the size comes out as 0.
 */

/** From so many ms of the stream's age on: the swing's value there, and what it changes by in a second. Measured. */
const SHAPE = [
  [0, 1.05, -0.47], [300, 0.86, -0.62], [620, 0.44, -0.92], [1270, -0.45, -1.144], [2530, -1.61, -1.033],
  [4030, -2.14, -0.782], [5530, -1.48, -0.556], [7030, -1.0, -0.389], [8530, -0.71, -0.275], [10_030, -0.45, -0.192],
  [11_530, -0.28, -0.132], [13_030, -0.19, -0.095], [14_530, -0.11, -0.067], [16_030, -0.08, -0.05],
  [17_530, -0.07, -0.035], [19_030, -0.05, -0.025], [20_530, -0.04, -0.02], [22_030, -0.03, -0.015],
];
/** From this age on it is not worth a thought. */
const SWUNG_MS = 23_500;
/** The feedings come up to this much earlier or later: what was read then says nothing of the shape. */
const NEAR_FEEDING_MS = 60;
/** What is expected before anything is read: of the device's clock, and of the size. */
const SLOPE_SIGMA_PPM = 80;
const SIZE_SIGMA_MS = 0.7;
const BLOCK_SIGMA_MS = 0.1;
/** Seen up to 5, where a stream began amid much else. What it leaves then is not quite the shape. */
export const LARGE_SWING_MS = 3;
/** Of a single one nothing can be taken out: a swing would be taken for the line itself. The second is there after 0.5 s. */
const TELLING_POINTS = 2;
/** So far off the fit, and so often in a row, this is no such swing: the device stepped, or the report errs otherwise. */
const ASTRAY_MS = 0.8;
const ASTRAY_BLOCKS = 3;
/** Before there is a fit: the largest swing goes less far between two blocks. */
const LEAP_MS = 3;

/** @param {number} ageMs  @returns {number} */
function shape(ageMs) {
  const [fromMs, value, perS] = SHAPE.findLast(([startMs]) => startMs <= ageMs) ?? [0, 0, 0];
  return ageMs < SWUNG_MS ? value + (perS * (ageMs - fromMs)) / 1000 : 0;
}

/** @param {number} ageMs */
function nearFeeding(ageMs) {
  return SHAPE.some(([startMs]) => startMs > 0 && Math.abs(ageMs - startMs) < NEAR_FEEDING_MS);
}

export class ReportSwing {
  constructor() {
    /** @type {{ageMs: number, xMs: number}[]} */
    this.points = [];
    this.levelMs = 0;
    this.slope = 0;
    this.sizeMs = 0;
    this.astray = 0;
    /** Whether the readings are no such swing, or no more. */
    this.over = false;
  }

  /** @param {number} ageMs  of the stream  @param {number} xMs  context minus page time, as reported */
  add(ageMs, xMs) {
    if (this.over) return;
    if (ageMs >= SWUNG_MS) this.end();
    if (nearFeeding(ageMs)) return;
    const off = this.points.length > 2
      ? Math.abs(xMs - this.lineAt(ageMs) - this.at(ageMs)) > ASTRAY_MS
      : this.points.length > 0 && Math.abs(xMs - this.points[this.points.length - 1].xMs) > LEAP_MS;
    this.astray = off ? this.astray + 1 : 0;
    if (this.astray === ASTRAY_BLOCKS) this.end();
    if (off || this.over) return;
    this.points.push({ ageMs, xMs });
    this.fit();
  }

  /** What the report has too much at an age. @param {number} ageMs */
  at(ageMs) {
    return this.over ? 0 : this.sizeMs * shape(ageMs);
  }

  /** What it would report without the swing. @param {number} ageMs */
  lineAt(ageMs) {
    return this.levelMs + this.slope * ageMs;
  }

  /** Whether the line is to be gone by. */
  get known() {
    return !this.over && this.points.length >= TELLING_POINTS;
  }

  /** Whether its size shows, if there is any. */
  get told() {
    return this.over || this.points.length >= TELLING_POINTS;
  }

  end() {
    this.over = true;
    this.points = [];
  }

  /** Least squares for level, slope and size, with what is expected of the latter two. */
  fit() {
    const base = this.points[0].xMs;
    const slopeWeight = (BLOCK_SIGMA_MS / (SLOPE_SIGMA_PPM * 1e-3)) ** 2; // slopes in ms a second here
    const sizeWeight = (BLOCK_SIGMA_MS / SIZE_SIGMA_MS) ** 2;
    let [n, t, s, tt, ts, ss, y, ty, sy] = [0, 0, 0, slopeWeight, 0, sizeWeight, 0, 0, 0];
    for (const { ageMs, xMs } of this.points) {
      const [age, of, value] = [ageMs / 1000, shape(ageMs), xMs - base];
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
    this.sizeMs = (sy1 - (ts1 * ty1) / tt1) / (ss1 - (ts1 * ts1) / tt1);
    const perS = (ty1 - ts1 * this.sizeMs) / tt1;
    this.slope = perS / 1000;
    this.levelMs = base + (y - perS * t - this.sizeMs * s) / n;
  }
}
