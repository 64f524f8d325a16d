// @ts-check
/** Queue, people and history: fragments that arrive over the socket, and the queue's order by hand. */

import { act, swapFragment } from './actions.js';
import { Reorder } from './reorder.js';

export class Lists {
  /** @param {string} language */
  constructor(language) {
    this.language = language;
    this.queue = /** @type {HTMLElement} */ (document.getElementById('queue'));
    this.form = /** @type {HTMLFormElement} */ (this.queue.closest('form'));
    this.current = this.queue.dataset.current ?? '';
    this.reorder = new Reorder(this.queue, (entry, before) => this.move(entry, before));
    this.queue.addEventListener('keydown', (event) => this.onKey(event));
    this.localise();
    this.mark();
  }

  /** @param {string} html */
  async showQueue(html) {
    await this.reorder.rest(); // nothing may move under a row in somebody's hand
    await swapFragment(this.queue, html);
    this.mark();
  }

  /** @param {string} html */
  async showHistory(html) {
    await swapFragment(/** @type {HTMLElement} */ (document.getElementById('history')), html);
    this.localise();
  }

  /** @param {{count: number, html: string}} people */
  async showPeople({ count, html }) {
    /** @type {HTMLElement} */ (document.getElementById('people-count')).textContent = String(count);
    await swapFragment(/** @type {HTMLElement} */ (document.getElementById('people')), html);
  }

  /** Say which entry plays. @param {number | null} entry */
  setCurrent(entry) {
    const current = entry === null ? '' : String(entry);
    if (current === this.current) return;
    this.current = current;
    this.mark();
  }

  mark() {
    for (const row of this.queue.querySelectorAll('li[data-entry]')) {
      if (row.getAttribute('data-entry') === this.current) row.setAttribute('aria-current', 'true');
      else row.removeAttribute('aria-current');
    }
  }

  /** Times of day as this reader's clock has them; the fragment is the same for everybody. */
  localise() {
    // the reader's own form of the page's language: British and American clocks differ
    const own = navigator.languages.find((name) => name.split('-')[0] === this.language.split('-')[0]);
    const format = new Intl.DateTimeFormat(own ?? this.language, { hour: '2-digit', minute: '2-digit' });
    for (const time of document.querySelectorAll('#history time')) {
      time.textContent = format.format(new Date(time.getAttribute('datetime') ?? ''));
    }
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const row = /** @type {Element} */ (event.target).closest('li[data-entry]');
    if (!row || !event.altKey || !['ArrowUp', 'ArrowDown'].includes(event.key)) return;
    event.preventDefault();
    act(this.form, `${event.key === 'ArrowUp' ? 'up' : 'down'} ${row.getAttribute('data-entry')}`);
  }

  /** @param {string} entry @param {string | null} before  the entry in front of which it shall stand */
  move(entry, before) {
    return act(this.form, `move ${entry} ${before ?? 'end'}`);
  }
}
