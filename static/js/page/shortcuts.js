// @ts-check
/** Keys that work anywhere on a room's page, and never while somebody types. */

/** Where these keys mean something else already. */
const TAKES_KEYS = 'input, select, textarea, [contenteditable], [role="slider"], dialog';
const TAKES_SPACE = 'button, summary, a[href]';

/** @param {Record<string, () => void>} keys  by `KeyboardEvent.key`, letters in lower case */
export function listenForKeys(keys) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = /** @type {Element} */ (event.target);
    if (target.closest(TAKES_KEYS) || document.querySelector('dialog[open]')) return;
    if (event.key === ' ' && target.closest(TAKES_SPACE)) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
