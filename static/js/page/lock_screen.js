// @ts-check
/** What the system shows of the music outside the page: on a locked phone, beside a keyboard's media keys. */

/** @typedef {import('./now_playing.js').Track} Track */
/**
 * @typedef {object} Moment
 * @property {string} status  stopped, paused, playing; to the person, for whom a muted device is a paused one
 * @property {number} position_s
 * @property {number} duration_s  0 where there is no track
 */

/** The system counts the seconds on by itself: it is told only where it would be off by more. Each telling is a message
 * to another process. */
const OFF_BY_S = 0.5;

export class LockScreen {
  /**
   * @param {object} [options]
   * @param {MediaSession | null} [options.session]
   * @param {() => number} [options.now]
   */
  constructor({ session = navigator.mediaSession ?? null, now = () => performance.now() } = {}) {
    this.session = session;
    this.now = now;
    this.toldMs = -Infinity;
    /** @type {Moment} */
    this.told = { status: '', position_s: 0, duration_s: 0 };
  }

  /** @param {Record<string, () => void>} actions  of its buttons, by the names of `MediaSessionAction` */
  answer(actions) {
    for (const [name, act] of Object.entries(actions)) {
      this.session?.setActionHandler(/** @type {MediaSessionAction} */ (name), act);
    }
  }

  /** @param {Track | null} track */
  showTrack(track) {
    if (!this.session) return;
    this.session.metadata = track && new MediaMetadata({
      title: track.title, artist: track.artist, album: track.album,
      artwork: track.cover_url ? [{ src: new URL(track.cover_url, location.href).href, type: 'image/jpeg' }] : [],
    });
  }

  /** @param {Moment} moment */
  show(moment) {
    if (!this.session || this.shows(moment)) return;
    this.told = moment;
    this.toldMs = this.now();
    const { status, position_s: position, duration_s: duration } = moment;
    this.session.playbackState = status === 'playing' ? 'playing' : 'paused';
    if (duration > 0) this.session.setPositionState?.({ duration, position: Math.min(Math.max(0, position), duration) });
  }

  /** Whether it does so already. @param {Moment} moment */
  shows({ status, position_s, duration_s }) {
    const { told } = this;
    const countedS = told.status === 'playing' ? (this.now() - this.toldMs) / 1000 : 0;
    return status === told.status && duration_s === told.duration_s
      && Math.abs(position_s - told.position_s - countedS) <= OFF_BY_S;
  }
}
