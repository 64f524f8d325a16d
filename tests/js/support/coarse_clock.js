// @ts-check
/** A clock that is read in steps, as Firefox reads it: each step is taken at an instant of its own, moved about at random. */
export class CoarseClock {
  /** @param {number} stepMs @param {{jitter?: boolean}} [options]  without, steps are taken at whole multiples */
  constructor(stepMs, { jitter = true } = {}) {
    this.stepMs = stepMs;
    this.jitter = jitter;
  }

  /** What is read at a true time. @param {number} ms */
  read(ms) {
    const ticks = Math.floor(ms / this.stepMs);
    const late = this.jitter && ms / this.stepMs - ticks >= fraction(ticks);
    return (ticks + (late ? 1 : 0)) * this.stepMs;
  }
}

/** The same for the same number, and for no other (splitmix32). @param {number} ticks  @returns {number}  0 to 1 */
function fraction(ticks) {
  let z = (ticks + 1) * 0x9e3779b9 | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
}
