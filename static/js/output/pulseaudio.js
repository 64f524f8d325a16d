// @ts-check
/**
 * How a report of PulseAudio's swings as a stream begins.
 *
 * The client library (since PulseAudio 16) learns how fast the device's clock goes by a filter that is fed at 0.3, 0.6,
 * 1.3 and 2.5 s and from then on every 1.5 s. What its first reading was off by becomes a wrong rate, which each feeding
 * takes back by a third: the report leaves the truth for a quarter of a minute. The course is always the same, only its
 * size is not. (Of 14 streams of Chromium, which swung by 0.5 to 4 ms, the one shape of SHAPE explains all but 0.1 ms.)
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
/** What is expected of the size before anything is read. */
const SIZE_SIGMA = 0.7;
/** Seen up to 5, where a stream began amid much else. What it leaves then is not quite the shape. */
const LARGE_SIZE = 3;

/** @type {import('./report_line.js').Curve} */
export const PULSEAUDIO = {
  name: 'pulseaudio',
  at(ageMs) {
    const [fromMs, value, perS] = SHAPE.findLast(([startMs]) => startMs <= ageMs) ?? [0, 0, 0];
    return ageMs < SWUNG_MS ? value + (perS * (ageMs - fromMs)) / 1000 : 0;
  },
  unclearAt(ageMs) {
    return SHAPE.some(([startMs]) => startMs > 0 && Math.abs(ageMs - startMs) < NEAR_FEEDING_MS);
  },
  overMs: SWUNG_MS,
  sizeSigma: SIZE_SIGMA,
  largeSize: LARGE_SIZE,
};
