// @ts-check
/** Fine tuning of this device by ear: the trim of the output that it sounds through, and the clicks to hear it by. */

import { MOST_TRIM_MS } from '../output/device_memory.js';
import { announce } from './toasts.js';
import { fill, gettext } from './words.js';

/** @typedef {import('../player/listener.js').Listener} Listener */

export class TuningPanel {
  /** @param {Listener} listener */
  constructor(listener) {
    this.listener = listener;
    this.trim = /** @type {HTMLInputElement} */ (element('trim'));
    this.trim.min = String(-MOST_TRIM_MS);
    this.trim.max = String(MOST_TRIM_MS);
    this.reset = element('trim-reset');
    this.output = element('output-name');
    this.clicks = element('clicks');
    this.said = element('trim-said');
    this.trim.addEventListener('change', () => this.typed(this.trim.valueAsNumber));
    for (const button of document.querySelectorAll('[data-trim-ms]')) {
      const byMs = Number(button.getAttribute('data-trim-ms'));
      button.addEventListener('click', () => this.press(this.listener.status().trim_ms + byMs));
    }
    this.reset.addEventListener('click', () => {
      this.press(0);
      /** @type {HTMLElement} */ (this.reset.previousElementSibling).focus(); // this one is gone
    });
    this.clicks.addEventListener('click', () => this.toggleClicks());
    listener.addEventListener('output', () => this.show());
    listener.addEventListener('clicks', () => this.show());
    this.show();
  }

  /** @param {number} trimMs */
  set(trimMs) {
    this.said.textContent = '';
    this.listener.setTrimMs(trimMs);
    this.show();
  }

  /** What is no number changes nothing; what is out of range is brought to its end; both are told. @param {number} trimMs */
  typed(trimMs) {
    this.set(Number.isNaN(trimMs) ? this.listener.status().trim_ms : trimMs);
    if (Math.abs(trimMs) <= MOST_TRIM_MS) return;
    const range = { least: `−${MOST_TRIM_MS}`, most: MOST_TRIM_MS };
    this.said.textContent = fill(gettext('Fine tuning is a number from %(least)s to %(most)s ms.'), range);
  }

  /** A button changes a field that has not the focus: a screen reader would not notice. @param {number} trimMs */
  press(trimMs) {
    this.set(trimMs);
    announce(`${this.trim.value} ms`);
  }

  toggleClicks() {
    const { clicks } = this.listener;
    if (clicks.running) clicks.stop();
    else clicks.start();
  }

  show() {
    const { device, clicks } = this.listener;
    const { trim_ms } = this.listener.status();
    this.trim.value = String(trim_ms);
    this.reset.hidden = trim_ms === 0;
    this.output.textContent = device.name
      ?? (device.kind === 'wired' ? gettext('Wired or built in') : gettext('Wireless, judged by its delay'));
    this.clicks.setAttribute('aria-pressed', String(clicks.running));
  }
}

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
