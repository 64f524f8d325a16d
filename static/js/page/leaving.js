// @ts-check
/**
 * Going elsewhere from a room that sounds: the music would stop with the page, so a link asks first, and offers a tab
 * beside it. Who comes back, or reads on in another language, is told that one press brings the music back.
 */

/** @typedef {import('../player/heard.js').Heard} Heard */

/** Of this tab: the room that sounded as its page went away. */
const KEY = 'synchro.sounded';

/** What one would lose by going. */
const WORTH_ASKING = /** @type {Heard[]} */ (['in_step', 'getting_in_step', 'buffering', 'reconnecting', 'clicking']);

export class Leaving {
  /**
   * @param {object} options
   * @param {string} options.room  its slug
   * @param {() => boolean} options.sounding  whether this device does
   * @param {() => Heard} options.heard
   */
  constructor({ room, sounding, heard }) {
    this.room = room;
    this.sounding = sounding;
    this.heard = heard;
    this.dialog = /** @type {HTMLDialogElement} */ (document.getElementById('leaving-dialog'));
    /** To the same place: away from here, and in a tab beside. */
    this.ways = [...this.dialog.querySelectorAll('a')];
    for (const way of this.ways) way.addEventListener('click', () => this.dialog.close());
    document.addEventListener('click', (event) => this.onClick(event));
    addEventListener('pagehide', () => this.note());
  }

  /** Whether this tab has just come from this room's page, and heard it there. */
  get sounded() {
    try {
      return sessionStorage.getItem(KEY) === this.room;
    } catch {
      return false; // forbidden
    }
  }

  note() {
    try {
      if (this.sounding()) sessionStorage.setItem(KEY, this.room);
      else sessionStorage.removeItem(KEY);
    } catch {
      // forbidden: then nobody is told
    }
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const link = /** @type {Element} */ (event.target).closest('a[href]');
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || !leaves(link, event)) return;
    if (this.dialog.contains(link) || !this.sounding() || !WORTH_ASKING.includes(this.heard())) return;
    event.preventDefault();
    for (const way of this.ways) way.href = link.href;
    this.dialog.showModal();
  }
}

/** Whether a press on a link takes this page away. @param {HTMLAnchorElement} link @param {MouseEvent} event */
function leaves(link, event) {
  const here = location.href.split('#')[0];
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || link.target === '_blank';
  return !elsewhere && !link.hasAttribute('download') && (!link.hash || link.href.split('#')[0] !== here);
}
