// @ts-check
/** What this browser keeps about its own output: the person's trim, and what outputs' latencies settled on. */

const KEY = 'synchro.device';

/** @returns {{trimMs: number, latencies: Record<string, number>}} */
export function recall() {
  try {
    const held = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return { trimMs: Number(held.trimMs) || 0, latencies: { ...held.latencies } };
  } catch { // storage is forbidden, or holds something else
    return { trimMs: 0, latencies: {} };
  }
}

/** @param {Partial<ReturnType<typeof recall>>} change */
export function keep(change) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...recall(), ...change }));
  } catch {
    // then it is forgotten with the page
  }
}

/** @param {string} key @returns {number | null} */
export function recallLatency(key) {
  return recall().latencies[key] ?? null;
}

/** @param {string} key @param {number} latencyMs */
export function keepLatency(key, latencyMs) {
  keep({ latencies: { ...recall().latencies, [key]: latencyMs } });
}
