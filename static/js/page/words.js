// @ts-check
/** The words of the page scripts, in the reader's language: Django's catalog where there is one, else as written. */

/** @param {string} text  in English */
export function gettext(text) {
  return /** @type {any} */ (globalThis).django?.gettext?.(text) ?? text;
}

/**
 * `fill('%(n)s ms', {n: 3})` is `3 ms`.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => String(values[name] ?? whole));
}

/** 3:45, or 1:02:03 from an hour on. @param {number} seconds */
export function asDuration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
