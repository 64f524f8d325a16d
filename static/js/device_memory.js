// @ts-check
/** What this browser keeps about its own output: the person's trim. */

const KEY = 'synchro.device';

/** @returns {{trimMs: number}} */
export function recall() {
  try {
    const held = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return { trimMs: Number(held.trimMs) || 0 };
  } catch { // storage is forbidden, or holds something else
    return { trimMs: 0 };
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
