// @ts-check
/**
 * Server time, estimated from pings. Pure: it is handed every reading and asks no clock.
 *
 * An exchange bounds the server's clock from both sides: server minus client is at most `t1 - t0` (the ping took some
 * time to go) and at least `t2 - t3` (the pong took some time to come). All exchanges of the window together leave a
 * channel that narrows wherever one ping, or one pong, was quick; the estimate is the line that keeps the widest
 * distance to both sides of it. This is the most likely line where delays are exponential (Jeske; Moon's and Zhang's
 * lines are kin), it uses quick pings and quick pongs of different exchanges, and half the channel's width is a bound
 * of the error by itself, less than half the smallest round trip.
 *
 * Where one single ping was quicker than all others by a lucky turn of the event loops, a hard side would jump to it.
 * So each side is soft: about where those lie that are within SOFT_MS of the quickest. Measured on the paths of
 * tests/acoustic, two listeners' clocks are half as far apart as with hard sides on lan and wifi.
 *
 * Client times are milliseconds of a monotonic clock, server times microseconds. `lean` = server ms minus client ms.
 */

/** @typedef {{t0: number, t1_us: number, t2_us: number, t3: number}} Exchange  t0 and t3 by the client, in ms */
/**
 * @typedef {object} ClockReading  What the estimate says, and how it is to be read until the next one.
 * @property {number} atMs  client time to which the rest belongs
 * @property {number} serverUs  server time then, by the estimate
 * @property {number} slope  server ms per client ms, minus 1
 * @property {number} residueMs  what the clock that is read still has to give up, added at `atMs`, 0 later
 * @property {number} sigmaMs  standard error
 * @property {number} boundMs  the error is certainly no larger, asymmetric paths and all
 * @property {number} stepMs  in which the client's clock is read (clock_step.js)
 * @property {number} rttMs  smallest round trip
 * @property {number} rttSlowMs  the round trip that one in fifty exceeds
 * @property {number} exchanges
 */

export const WINDOW_MS = 240_000;
/** Crystals of computers and phones are within some 50 ppm of each other: the prior of the slope. */
const SLOPE_SIGMA_PPM = 50;
/** How far above the quickest delay others still speak for where the side is. */
const SOFT_MS = 0.5;
/** A clock that is read moves at most this far off its true rate. */
export const SLEW_PPM = 500;
/** Beyond this the read clock steps, once STEP_AFTER estimates in a row say so. */
const STEP_MS = 5;
const STEP_AFTER = 2;
/** What a crystal's wander makes of a straight line in one window: an old exchange binds that much less. */
const WANDER_MS = 0.1;
/** Lines tried to each side of the most likely one. */
const LINES = 12;
/** Scatter of event loops, and of clocks that are read in steps of 0.1 ms. */
const FLOOR_SIGMA_MS = 0.03;
/** Steps up to this are in FLOOR_SIGMA_MS and OVERLAP_MS already. */
export const FINE_STEP_MS = 0.1;
/** Round trips within which nearly every message comes: the room's lead is made of it (playback/lead.py). Wi-Fi holds one
 * chunk in a hundred up each way, which a share of 0.98 sees by chance. */
const SLOW_SHARE = 0.99;
/** The sides of the channel may overlap by this, or by the step in which the client's clock is read, where that is more:
 * a ping is stamped up to a step early, and a pong up to a step late. Beyond it one of the clocks was stepped. */
const OVERLAP_MS = 0.5;

/**
 * What a step adds to the standard error: each reading stands anywhere within it, and no ping can mend that.
 * @param {number} stepMs
 */
export function stepSigmaMs(stepMs) {
  return Math.max(FLOOR_SIGMA_MS, stepMs / Math.sqrt(12)) - FLOOR_SIGMA_MS;
}

/** Gathers exchanges and says where server time is. */
export class ClockEstimator {
  /** @param {number} [stepMs]  in which the client's clock is read */
  constructor(stepMs = 0) {
    this.stepMs = stepMs;
    /** @type {{tMs: number, above: number, below: number, rtt: number}[]} */
    this.sides = [];
    /** Subtracted from every lean so that small numbers are computed with. */
    this.baseMs = 0;
    /** As last estimated. */
    this.slope = 0;
  }

  reset() {
    this.sides = [];
    this.slope = 0;
  }

  /** @param {Exchange} exchange */
  add({ t0, t1_us, t2_us, t3 }) {
    if (!(t3 >= t0) || !(t2_us >= t1_us)) return;
    if (this.sides.length === 0) this.baseMs = Math.round(t1_us / 1000 - t0);
    const above = t1_us / 1000 - t0 - this.baseMs;
    const below = t2_us / 1000 - t3 - this.baseMs;
    this.sides.push({ tMs: (t0 + t3) / 2, above, below, rtt: above - below });
    this.sides = this.sides.filter(({ tMs }) => tMs > t3 - WINDOW_MS);
    const overlapMs = Math.max(OVERLAP_MS, this.stepMs);
    while (this.sides.length > 1 && this.channel(this.slope, t3).hardest < -overlapMs) this.sides.shift();
  }

  /**
   * The channel at a slope: half its width, its middle at `atMs` and that middle's standard error, all by its soft sides,
   * and half its width by the hard ones.
   * @param {number} slope @param {number} atMs
   */
  channel(slope, atMs) {
    const { sides } = this;
    const above = new Float64Array(sides.length);
    const below = new Float64Array(sides.length);
    sides.forEach((side, i) => {
      const ahead = slope * (atMs - side.tMs);
      const slack = WANDER_MS * ((atMs - side.tMs) / WINDOW_MS) ** 1.5;
      above[i] = side.above + ahead + slack;
      below[i] = slack - side.below - ahead;
    });
    const [top, bottom] = [softLeast(above), softLeast(below)];
    return {
      widest: (top.least + bottom.least) / 2, middle: (top.least - bottom.least) / 2,
      sigma: (SOFT_MS / 2) * Math.hypot(1 / Math.sqrt(2 * top.count), 1 / Math.sqrt(2 * bottom.count)),
      hardest: (Math.min(...above) + Math.min(...below)) / 2,
    };
  }

  /**
   * @param {number} atMs  now, by the client
   * @returns {Omit<ClockReading, 'residueMs'> | null}  null before the first exchange
   */
  estimate(atMs) {
    const count = this.sides.length;
    if (count === 0) return null;
    const { slope, middle } = this.line(atMs);
    this.slope = slope;
    const rtts = this.sides.map(({ rtt }) => rtt).sort((a, b) => a - b);
    const { sigma, hardest } = this.channel(slope, atMs);
    // each side may be a step too near, and the clock is a step off again where it is read
    const slackMs = this.stepMs > FINE_STEP_MS ? 2 * this.stepMs : 0;
    return {
      atMs, slope, exchanges: count, stepMs: this.stepMs,
      rttMs: rtts[0], rttSlowMs: rtts[Math.ceil(SLOW_SHARE * (count - 1))],
      sigmaMs: sigma + FLOOR_SIGMA_MS + stepSigmaMs(this.stepMs), boundMs: Math.max(hardest + slackMs, 0),
      serverUs: Math.round((this.baseMs + atMs + middle) * 1000),
    };
  }

  /**
   * The mean of the lines that the exchanges allow, each as likely as its channel is wide.
   * @param {number} atMs
   */
  line(atMs) {
    const count = this.sides.length;
    const flat = this.channel(0, atMs);
    if (count < 4) return { slope: 0, middle: flat.middle };
    const excess = this.sides.reduce((sum, { rtt }) => sum + rtt / 2 - flat.widest, 0) / count + FLOOR_SIGMA_MS;
    const worth = (/** @type {number} */ ppm) =>
      ((2 * count) / excess) * this.channel(ppm * 1e-6, atMs).widest - (ppm / SLOPE_SIGMA_PPM) ** 2 / 2;
    let low = -4 * SLOPE_SIGMA_PPM;
    let high = 4 * SLOPE_SIGMA_PPM;
    while (high - low > 0.1) { // both terms are concave
      const third = (high - low) / 3;
      if (worth(low + third) < worth(high - third)) low += third;
      else high -= third;
    }
    const best = (low + high) / 2;
    const top = worth(best);
    let reach = 1;
    while (reach < SLOPE_SIGMA_PPM && Math.max(worth(best - reach), worth(best + reach)) > top - 4) reach *= 1.5;
    const mean = { slope: 0, middle: 0 };
    let sum = 0;
    for (let i = -LINES; i <= LINES; i++) {
      const ppm = best + (reach * i) / LINES;
      const { middle } = this.channel(ppm * 1e-6, atMs);
      const weight = Math.exp(worth(ppm) - top);
      sum += weight;
      mean.slope += weight * ppm * 1e-6;
      mean.middle += weight * middle;
    }
    return { slope: mean.slope / sum, middle: mean.middle / sum };
  }
}

/**
 * The least of some delays, softened: below it by what their number makes likely, and moved little by a single one.
 * @param {Float64Array} delays
 * @returns {{least: number, count: number}}  `count`: how many speak for it
 */
function softLeast(delays) {
  const least = Math.min(...delays);
  const count = delays.reduce((sum, delay) => sum + Math.exp((least - delay) / SOFT_MS), 0);
  return { least: least - SOFT_MS * Math.log(count), count };
}

/**
 * The clock that is read: follows the estimates without ever stepping back or running off its rate, unless it was so
 * wrong that a step is the smaller evil.
 */
export class SteadyClock {
  constructor() {
    /** @type {ClockReading | null} */
    this.reading = null;
    this.offCount = 0;
  }

  /** The next estimate may be taken as it is: nothing sounds by this clock yet, or the machine slept. */
  release() {
    this.reading = null;
    this.offCount = 0;
  }

  /**
   * @param {Omit<ClockReading, 'residueMs'>} estimate
   * @param {boolean} settling  within the join burst: every estimate replaces the one before
   * @returns {ClockReading}
   */
  follow(estimate, settling = false) {
    const before = this.reading;
    let residueMs = before && !settling ? (serverUsAt(before, estimate.atMs) - estimate.serverUs) / 1000 : 0;
    if (Math.abs(residueMs) > STEP_MS) {
      this.offCount += 1;
      if (this.offCount < STEP_AFTER && before) return before;
      residueMs = 0;
    }
    this.offCount = 0;
    this.reading = { ...estimate, residueMs };
    return this.reading;
  }
}

/**
 * Server time at client time `ms`.
 * @param {ClockReading} reading @param {number} ms
 */
export function serverUsAt(reading, ms) {
  const elapsed = ms - reading.atMs;
  const given = Math.max(0, elapsed) * SLEW_PPM * 1e-6;
  const residue = Math.sign(reading.residueMs) * Math.max(0, Math.abs(reading.residueMs) - given);
  return reading.serverUs + (elapsed * (1 + reading.slope) + residue) * 1000;
}

/**
 * Client time at server time `us`.
 * @param {ClockReading} reading @param {number} us
 */
export function msAtServer(reading, us) {
  let ms = reading.atMs + (us - reading.serverUs) / 1000;
  for (let i = 0; i < 3; i++) ms += (us - serverUsAt(reading, ms)) / 1000; // contracts by 500 ppm a round
  return ms;
}

/**
 * A reading of one thread's clock as another thread reads it.
 * @param {ClockReading} reading @param {number} shiftMs  the other clock minus the first
 * @returns {ClockReading}
 */
export function shifted(reading, shiftMs) {
  return { ...reading, atMs: reading.atMs + shiftMs };
}
