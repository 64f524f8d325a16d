// @ts-check
/** The transport's buttons: what they look like, and what they ask of the room. */

import { showRefusal } from './toasts.js';

/** @typedef {import('../player/listener.js').Listener} Listener */
/** @typedef {{revision: number, status: string, entry: number | null, repeat: string, shuffle: boolean}} TransportPart */

const NEXT_MODE = /** @type {Record<string, string>} */ ({ off: 'all', all: 'one', one: 'off' });

export class TransportBar {
  /** @param {HTMLElement} root @param {Listener} listener */
  constructor(root, listener) {
    this.root = root;
    this.listener = listener;
    this.form = /** @type {HTMLFormElement} */ (document.getElementById('transport'));
    /** @type {TransportPart | null} */
    this.part = null;
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      const button = /** @type {SubmitEvent} */ (event).submitter;
      if (button instanceof HTMLButtonElement) this.press(button.dataset.do ?? '');
    });
  }

  get allowed() {
    return this.root.dataset.mayControl === 'true';
  }

  /** The entry that plays now; the room's part may be a join behind. */
  get entry() {
    return this.listener.now().entry ?? this.part?.entry ?? null;
  }

  /** @param {TransportPart} part */
  show(part) {
    this.part = part;
    const shuffle = this.button('shuffle');
    shuffle.setAttribute('aria-pressed', String(part.shuffle));
    const repeat = this.button('repeat');
    repeat.dataset.mode = part.repeat;
    repeat.setAttribute('aria-pressed', String(part.repeat !== 'off'));
    repeat.ariaLabel = repeat.title = repeat.dataset[part.repeat] ?? '';
    this.showStatus(part.status);
  }

  /** The queue may have run out by itself. What was just pressed is not undone before it is answered.
   * @param {string} status */
  follow(status) {
    if (this.button('play').getAttribute('aria-busy') !== 'true') this.showStatus(status);
  }

  /** @param {string} status */
  showStatus(status) {
    const play = this.button('play');
    if (play.dataset.status === status) return;
    play.dataset.status = status;
    play.setAttribute('aria-label', (status === 'playing' ? play.dataset.pause : play.dataset.play) ?? '');
  }

  /** @param {string} what  a button's `data-do` */
  async press(what) {
    if (!this.allowed) return;
    const { entry, part } = this;
    switch (what) {
      case 'play': {
        const playing = this.button(what).dataset.status === 'playing'; // a second press may come before the answer
        this.showStatus(playing ? 'paused' : 'playing'); // feels at once; the room's answer corrects it
        await this.send(what, playing ? 'transport.pause' : 'transport.play', {});
        break;
      }
      case 'stop': await this.send(what, 'transport.stop', {}); break;
      case 'next': if (entry) await this.send(what, 'transport.next', { entry }); break;
      case 'previous':
        if (entry) await this.send(what, 'transport.previous', { entry, revision: part?.revision ?? 0 });
        break;
      case 'repeat':
        await this.send(what, 'transport.repeat', { mode: NEXT_MODE[part?.repeat ?? 'off'] });
        break;
      case 'shuffle': await this.send(what, 'transport.shuffle', { on: !part?.shuffle }); break;
    }
  }

  /** @param {number} position_s */
  seek(position_s) {
    const { entry } = this;
    return entry && this.allowed ? this.send('', 'transport.seek', { entry, position_s }) : Promise.resolve();
  }

  /** @param {string} what @param {string} type @param {Record<string, unknown>} fields */
  async send(what, type, fields) {
    const button = what ? this.button(what) : null;
    button?.setAttribute('aria-busy', 'true');
    try {
      await this.listener.command(type, fields);
    } catch (refusal) {
      showRefusal(/** @type {{code?: string, message?: string}} */ (refusal));
      if (this.part) this.show(this.part);
    } finally {
      button?.removeAttribute('aria-busy');
    }
  }

  /** @param {string} what */
  button(what) {
    return /** @type {HTMLButtonElement} */ (this.form.querySelector(`[data-do="${what}"]`));
  }
}
