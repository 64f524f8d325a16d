// @ts-check
/** What plays: title, artist, cover, the window's title. */

import { announce } from './toasts.js';
import { fill, gettext } from './words.js';

/** @typedef {{title: string, artist: string, album: string, duration_s: number, cover_url: string, audio_url: string}} Track */

const TITLE_TAIL = document.title; // "Kitchen · Synchro"

export class NowPlaying {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.noCover = root.dataset.noCover ?? '';
    this.title = /** @type {HTMLElement} */ (document.getElementById('now-title'));
    this.artist = /** @type {HTMLElement} */ (document.getElementById('now-artist'));
    this.cover = /** @type {HTMLImageElement} */ (document.getElementById('cover'));
    this.first = true;
  }

  /** @param {Track | null} track */
  show(track) {
    this.title.textContent = track ? track.title : gettext('Nothing plays yet');
    this.artist.textContent = track?.artist ?? '';
    const cover = track?.cover_url || this.noCover;
    if (this.cover.getAttribute('src') !== cover) this.cover.src = cover;
    document.title = track ? `${naming(track)} · ${TITLE_TAIL}` : TITLE_TAIL;
    if (track && !this.first) announce(fill(gettext('Now playing: %(track)s'), { track: naming(track) }));
    this.first = false;
  }
}

/** @param {Track} track */
function naming(track) {
  return track.artist ? `${track.title} – ${track.artist}` : track.title;
}
