// @ts-check
/**
 * Band-limited interpolation: PCM read at fractional places, by a windowed sinc in polyphase form.
 *
 * Made for ratios within 0.5 % of 1, so it needs no anti-alias filter of its own. Up to 18 kHz its error is under
 * -90 dB (tests/js/music/resampler.test.js). Reading at whole samples with a ratio of 1 gives the samples themselves.
 */

/** Samples to each side of the place that is read. */
export const HALF_TAPS = 16;
const TAPS = 2 * HALF_TAPS;
/** Rows of the table between two samples; coefficients in between are interpolated, at -105 dB of error. */
const PHASES = 512;
/** Kaiser's window: 9 puts the side lobes below -90 dB. */
const BETA = 9;

/** Rows of coefficients, and what each differs from the next row by. In doubles: the sums are, and converting each factor
 * takes longer than multiplying by it. @type {{rows: Float64Array, steps: Float64Array} | null} */
let table = null;

function coefficients() {
  if (table) return table;
  const rows = new Float64Array((PHASES + 1) * TAPS);
  for (let phase = 0; phase <= PHASES; phase++) {
    let sum = 0;
    const row = rows.subarray(phase * TAPS, (phase + 1) * TAPS);
    for (let tap = 0; tap < TAPS; tap++) {
      const x = tap - HALF_TAPS + 1 - phase / PHASES; // of the sample, seen from the place that is read
      const edge = 1 - (x / HALF_TAPS) ** 2;
      row[tap] = edge > 0 ? sinc(x) * bessel(BETA * Math.sqrt(edge)) : 0;
      sum += row[tap];
    }
    for (let tap = 0; tap < TAPS; tap++) row[tap] /= sum;
  }
  table = { rows, steps: new Float64Array(PHASES * TAPS).map((_, i) => rows[i + TAPS] - rows[i]) };
  return table;
}

/** @param {number} x */
function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Modified Bessel function of order 0, up to a constant factor that normalising removes. @param {number} x */
function bessel(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** @param {number} start @param {number} ratio */
export function isPlain(start, ratio) {
  return ratio === 1 && Number.isInteger(start);
}

/**
 * The source samples that `resample` needs: from `first` up to, not including, `end`.
 * @param {number} start @param {number} ratio @param {number} count
 */
export function reach(start, ratio, count) {
  if (isPlain(start, ratio)) return { first: start, end: start + count };
  return {
    first: Math.floor(start) - HALF_TAPS + 1,
    end: Math.floor(start + ratio * (count - 1)) + HALF_TAPS + 1,
  };
}

/**
 * Read `count` samples of each channel at start, start + ratio, start + 2 ratio, …
 * @param {Float32Array[]} source  channels of equal length
 * @param {number} first  the place of the source's sample 0; `source` covers what `reach` says
 * @param {number} start @param {number} ratio @param {number} count
 * @returns {Float32Array[]}
 */
export function resample(source, first, start, ratio, count) {
  if (isPlain(start, ratio)) return source.map((channel) => channel.slice(start - first, start - first + count));
  const { rows, steps } = coefficients();
  const out = source.map(() => new Float32Array(count));
  const [left, right] = source.map((channel) => new Float64Array(channel));
  const [outLeft, outRight] = out;
  for (let i = 0; i < count; i++) {
    const at = start + i * ratio; // computed afresh: a sum would drift
    const whole = Math.floor(at);
    const phase = (at - whole) * PHASES;
    const row = Math.floor(phase);
    const between = phase - row;
    let k = row * TAPS;
    let from = whole - HALF_TAPS + 1 - first;
    let sumLeft = 0;
    let sumRight = 0;
    for (let tap = 0; tap < TAPS; tap += 2, k += 2, from += 2) { // two at a time: a third faster
      const weight = rows[k] + between * steps[k];
      const next = rows[k + 1] + between * steps[k + 1];
      sumLeft += weight * left[from] + next * left[from + 1];
      sumRight += weight * right[from] + next * right[from + 1];
    }
    outLeft[i] = sumLeft;
    outRight[i] = sumRight;
  }
  return out;
}
