// @ts-check
/** What this person can take back: by the button of a notice while it stands, and by Ctrl+Z afterwards, the newest first. */

/** More than anybody takes back one by one. */
export const MOST_KEPT = 20;

const TYPED_INTO = 'input:not([type="range"], [type="checkbox"]), textarea, [contenteditable]'; // has an undo of its own

export class Undo {
  constructor() {
    /** @type {(() => void)[]}  the newest last */
    this.held = [];
  }

  /** @param {() => void} act @returns {() => void}  takes it back, once */
  add(act) {
    const once = () => {
      if (this.drop(once)) act();
    };
    this.held.push(once);
    this.held.splice(0, this.held.length - MOST_KEPT);
    return once;
  }

  /** @returns {(() => void) | undefined} */
  get newest() {
    return this.held.at(-1);
  }

  /** @param {() => void} once @returns {boolean}  whether it was still there */
  drop(once) {
    const at = this.held.indexOf(once);
    if (at >= 0) this.held.splice(at, 1);
    return at >= 0;
  }
}

export const undo = new Undo();

/** @param {KeyboardEvent} event */
export function onUndoKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== 'z') return;
  if (/** @type {Element} */ (event.target).closest(TYPED_INTO) || document.querySelector('dialog[open]')) return;
  if (!undo.newest) return;
  event.preventDefault();
  undo.newest();
}
