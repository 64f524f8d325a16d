// @ts-check
/** The dialog by which others are asked in: the room's address, to be copied, sent or photographed. */

import { showToast } from './toasts.js';
import { gettext } from './words.js';

export class InviteDialog {
  /** @param {() => string} roomName */
  constructor(roomName) {
    this.roomName = roomName;
    this.address = /** @type {HTMLInputElement} */ (document.getElementById('invite-address'));
    this.copyButton = /** @type {HTMLButtonElement} */ (document.getElementById('invite-copy'));
    this.copyButton.addEventListener('click', () => this.copy());
    this.address.addEventListener('focus', () => this.address.select());
    const share = /** @type {HTMLButtonElement} */ (document.getElementById('invite-share'));
    share.hidden = !navigator.share;
    share.addEventListener('click', () => this.share());
  }

  async copy() {
    if (await written(this.address.value) || this.copySelected()) {
      showToast({ text: gettext('Link copied.') });
    } else {
      this.address.select();
      showToast({ text: gettext('This browser does not let a page copy. The address is selected: copy it by hand.') });
    }
  }

  /** The way of old, for a page on plain http, which has no clipboard. @returns {boolean}  whether it worked */
  copySelected() {
    this.address.select();
    this.address.setSelectionRange(0, this.address.value.length); // iOS selects nothing else
    const copied = document.execCommand('copy');
    if (copied) this.copyButton.focus();
    return copied;
  }

  share() {
    return navigator.share({ title: this.roomName(), url: this.address.value }).catch(() => {}); // thought better of it
  }
}

/** @param {string} text @returns {Promise<boolean>} */
async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
