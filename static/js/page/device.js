// @ts-check
/** What belongs to this device alone: its volume, muting and quality; and, for hosts, everybody's volume. */

import { remembered, remember } from './memory.js';
import { showRefusal } from './toasts.js';

/** @typedef {import('../player/listener.js').Listener} Listener */

const ROOM_VOLUME_EVERY_MS = 200; // a slider in the hand would send sixty commands a second

export class DevicePanel {
  /** @param {Listener} listener @param {() => void} onChange  of what is heard here */
  constructor(listener, onChange) {
    this.listener = listener;
    this.onChange = onChange;
    this.volume = input('own-volume');
    this.room = input('room-volume');
    this.muteButton = /** @type {HTMLElement} */ (document.getElementById('mute'));
    this.quality = /** @type {HTMLSelectElement} */ (document.getElementById('quality'));
    this.muted = false;
    this.volume.addEventListener('input', () => this.setVolume(Number(this.volume.value)));
    this.muteButton.addEventListener('click', () => this.toggleMute());
    this.quality.addEventListener('change', () => {
      listener.setQuality(this.quality.value || null);
      remember('quality', this.quality.value);
    });
    this.room.addEventListener('input', () => this.sendRoomVolume());
  }

  /** Bring the player to what was chosen here last time. */
  restore() {
    this.setVolume(Number(remembered('volume') ?? 100));
    const quality = remembered('quality') ?? '';
    if ([...this.quality.options].some(({ value }) => value === quality)) this.quality.value = quality;
    this.listener.setQuality(this.quality.value || null);
  }

  /** @param {number} percent */
  setVolume(percent) {
    const volume = Math.min(100, Math.max(0, percent));
    this.volume.value = String(volume);
    this.listener.setOwnVolume(volume / 100);
    remember('volume', String(volume));
    this.onChange();
  }

  toggleMute(muted = !this.muted) {
    this.muted = muted;
    this.listener.setMuted(muted);
    this.muteButton.setAttribute('aria-pressed', String(muted));
    this.onChange();
  }

  /** What the room says; not while the slider is in this person's hand. @param {number} volume  0 to 1 */
  showRoomVolume(volume) {
    if (!this.sending) this.room.value = String(Math.round(volume * 100));
  }

  sendRoomVolume() {
    if (this.sending) return;
    this.sending = setTimeout(async () => {
      this.sending = undefined;
      await this.listener.command('transport.volume', { volume: Number(this.room.value) / 100 }).catch(showRefusal);
    }, ROOM_VOLUME_EVERY_MS);
  }
}

/** @param {string} id */
function input(id) {
  return /** @type {HTMLInputElement} */ (document.getElementById(id));
}
