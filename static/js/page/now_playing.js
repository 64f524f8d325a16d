// @ts-check
/** What plays, and where: title, artist, cover, the room's name, the window's title. */

import { announce } from './toasts.js';
import { fill, gettext } from './words.js';

/** @typedef {{title: string, artist: string, album: string, duration_s: number, cover_url: string, audio_url: string}} Track */

const SITE = 'Synchro';

export class NowPlaying {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.noCover = root.dataset.noCover ?? '';
    this.room = root.querySelector('.room-name')?.textContent ?? '';
    this.title = /** @type {HTMLElement} */ (document.getElementById('now-title'));
    this.artist = /** @type {HTMLElement} */ (document.getElementById('now-artist'));
    this.cover = /** @type {HTMLImageElement} */ (document.getElementById('cover'));
    /** @type {Track | null | undefined}  undefined: nothing was shown yet */
    this.track = undefined;
  }

  /** @param {Track | null} track */
  show(track) {
    const first = this.track === undefined;
    this.track = track;
    this.title.textContent = track ? track.title : gettext('Nothing plays yet');
    this.artist.textContent = track?.artist ?? '';
    const cover = track?.cover_url || this.noCover;
    if (this.cover.getAttribute('src') !== cover) this.cover.src = cover;
    this.showWindowTitle();
    if (track && !first) announce(fill(gettext('Now playing: %(track)s'), { track: naming(track) }));
  }

  /** @param {string} room  its name */
  rename(room) {
    this.room = room;
    for (const place of document.querySelectorAll('.room-name')) place.textContent = room;
    this.showWindowTitle();
  }

  showWindowTitle() {
    const { track, room } = this;
    document.title = [...(track ? [naming(track)] : []), room, SITE].join(' · ');
  }
}

/** @param {Track} track */
function naming(track) {
  return track.artist ? `${track.title} – ${track.artist}` : track.title;
}
