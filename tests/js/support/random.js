// @ts-check
/** Seeded randomness (mulberry32), so that a test that failed fails again. @param {number} seed */
export function random(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    between: (/** @type {number} */ low, /** @type {number} */ high) => low + (high - low) * uniform(),
    exponential: (/** @type {number} */ mean) => -mean * Math.log(1 - uniform()),
    normal: (/** @type {number} */ sigma) => sigma * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    chance: (/** @type {number} */ p) => uniform() < p,
  };
}
