// @ts-check
/** What this person may do in the room. A change is told: buttons come and go by it, perhaps from under somebody's hand. */

import { showToast } from './toasts.js';
import { gettext } from './words.js';

/** @typedef {'host' | 'listener' | 'visitor'} Role */
/** @typedef {{role: Role, mayControl: boolean}} Held */

/**
 * What to tell somebody whose rights change; null where they know, as who comes or leaves does.
 * @param {Held} before @param {Held} after
 */
export function rightsWords(before, after) {
  if (before.role === 'visitor' || after.role === 'visitor') return null;
  if (after.role !== before.role) {
    if (after.role === 'host') return gettext('You are a host of this room now.');
    return gettext('You are no longer a host of this room.');
  }
  if (after.mayControl === before.mayControl) return null;
  return after.mayControl ? gettext('You may choose the music now.') : gettext('Only the hosts choose the music now.');
}

export class Rights {
  /** @param {HTMLElement} root  carries them, for the style sheets @param {(may: boolean) => void} onChange */
  constructor(root, onChange) {
    this.root = root;
    this.onChange = onChange;
    onChange(this.held.mayControl);
  }

  /** @returns {Held} */
  get held() {
    const { role, mayControl } = this.root.dataset;
    return { role: /** @type {Role} */ (role), mayControl: mayControl === 'true' };
  }

  /** The room's setting: one frame tells everybody. What it means for this person is worked out as in rooms/permissions.py.
   * @param {string} control */
  setControl(control) {
    if (control === this.root.dataset.control) return;
    this.root.dataset.control = control;
    const { role } = this.held;
    this.take({ role, mayControl: role === 'host' || (control === 'everyone' && role === 'listener') });
  }

  /** @param {Held} held */
  take(held) {
    const words = rightsWords(this.held, held);
    this.root.dataset.role = held.role;
    this.root.dataset.mayControl = String(held.mayControl);
    this.onChange(held.mayControl);
    if (words) showToast({ text: words });
    this.keepFocus();
  }

  /** The room is closed, and there is nothing to choose any more. */
  end() {
    this.root.dataset.mayControl = 'false';
    this.onChange(false);
    this.keepFocus();
  }

  /** What had the focus may be gone: then it is the player's, and not lost. */
  keepFocus() {
    const focused = document.activeElement;
    if (!focused || !this.root.contains(focused) || focused.getClientRects().length > 0) return;
    /** @type {HTMLElement} */ (this.root.querySelector('.stage')).focus({ preventScroll: true });
  }
}
