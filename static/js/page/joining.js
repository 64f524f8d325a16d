// @ts-check
/** Joining: one field, one press, and there is sound. */

import { remember, remembered } from './memory.js';
import { showRefusal } from './toasts.js';

/** @typedef {import('../player/listener.js').Listener} Listener */

export class JoinPanel {
  /**
   * @param {HTMLElement} root
   * @param {Listener} listener
   * @param {() => void} onSounding
   */
  constructor(root, listener, onSounding) {
    this.root = root;
    this.listener = listener;
    this.onSounding = onSounding;
    this.form = /** @type {HTMLFormElement} */ (document.getElementById('join'));
    this.nickname = /** @type {HTMLInputElement} */ (document.getElementById('nickname'));
    this.button = /** @type {HTMLButtonElement} */ (document.getElementById('listen'));
    if (!this.nickname.value) this.nickname.value = remembered('nickname') ?? '';
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.press();
    });
    document.getElementById('silence')?.addEventListener('click', () => this.silence());
  }

  get sounding() {
    return this.root.dataset.sounding === 'true';
  }

  async press() {
    const nickname = this.nickname.value.trim() || this.friendlyName();
    this.nickname.value = nickname;
    this.button.setAttribute('aria-busy', 'true');
    try {
      // browsers start sound only inside the press: nothing may be awaited before this call
      await this.listener.listen(nickname);
    } catch (refusal) {
      showRefusal(/** @type {{code?: string, message?: string}} */ (refusal));
      return;
    } finally {
      this.button.removeAttribute('aria-busy');
    }
    remember('nickname', nickname);
    const hadFocus = this.form.contains(document.activeElement);
    this.root.dataset.sounding = 'true';
    const play = /** @type {HTMLElement | null} */ (document.querySelector('#transport .play'));
    if (hadFocus) play?.focus({ preventScroll: true });
    this.onSounding();
  }

  silence() {
    this.listener.silence();
    this.ask();
  }

  /** The browser wants another press before it lets sound out. */
  ask() {
    this.root.dataset.sounding = 'false';
    const words = /** @type {HTMLElement} */ (this.button.querySelector('[data-words]'));
    words.textContent = words.dataset.again ?? '';
  }

  /** Somebody heard this room in this tab a moment ago: one press is all that is missing. */
  resume() {
    this.ask();
    /** @type {HTMLElement} */ (document.getElementById('resume-note')).hidden = false;
    this.button.focus({ preventScroll: true });
  }

  friendlyName() {
    const names = (this.nickname.dataset.friendlyNames ?? '').split(',');
    return names[Math.floor(Math.random() * names.length)];
  }
}
