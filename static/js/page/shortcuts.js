// @ts-check
/**
 * Keys of a room's page. Nothing that scrolls is taken away: arrows belong to the sliders and menus that have the focus,
 * Space to the stage. Single letters work anywhere but where somebody types, and can be switched off: who speaks to a
 * computer, or shakes, presses them unasked (WCAG 2.1.4).
 */

import { remember, remembered } from './memory.js';

const TYPED_INTO = 'input:not([type="range"], [type="checkbox"]), select, textarea, [contenteditable]';
const TAKES_SPACE = 'button, summary, a[href]';
const OFF = 'off';

export class Shortcuts {
  /**
   * @param {object} options
   * @param {() => boolean} options.mayPlay  whether Space is this person's to press
   * @param {() => void} options.onSpace
   * @param {Record<string, () => void>} options.letters  by `KeyboardEvent.key`, in lower case
   */
  constructor({ mayPlay, onSpace, letters }) {
    this.mayPlay = mayPlay;
    this.onSpace = onSpace;
    this.letters = letters;
    this.choice = /** @type {HTMLInputElement} */ (document.getElementById('single-keys'));
    this.choice.checked = remembered('single-keys') !== OFF;
    this.choice.addEventListener('change', () => remember('single-keys', this.choice.checked ? '' : OFF));
    document.addEventListener('keydown', (event) => this.onKey(event));
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const target = /** @type {Element} */ (event.target);
    if (target.closest(TYPED_INTO) || document.querySelector('dialog[open], details.menu[open]')) return;
    const act = event.key === ' ' ? this.spaceAt(target) : this.letter(event.key);
    if (!act) return;
    event.preventDefault();
    if (!event.repeat) act(); // a key held down would skip a track each time
  }

  /** @param {Element} target */
  spaceAt(target) {
    return this.mayPlay() && target.closest('.stage') && !target.closest(TAKES_SPACE) ? this.onSpace : null;
  }

  /** @param {string} key */
  letter(key) {
    return this.choice.checked ? this.letters[key.toLowerCase()] : null;
  }
}
