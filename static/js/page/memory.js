// @ts-check
/** What this browser remembers for the next visit. A browser that may not store (private windows) forgets, no more. */

/** @param {string} key */
export function remembered(key) {
  try {
    return localStorage.getItem(`synchro.${key}`);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value */
export function remember(key, value) {
  try {
    localStorage.setItem(`synchro.${key}`, value);
  } catch {
    // full or forbidden
  }
}
