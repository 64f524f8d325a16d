// @ts-check
/** The waveform that shows where the music is, and by which it is moved. */

import { refetch } from './refetch.js';
import { asDuration, fill, gettext } from './words.js';

const STEP_S = 5;
const PAGE_S = 30;
/** Keys held down become one seek once they rest. */
const KEYS_REST_MS = 350;
const BAR_PX = 3;
const GAP_PX = 1;
/** What the canvas shows: bars for that size of it on that screen, so many of them as played. */
const NOTHING = { size: '', reached: 0 };

export class SeekBar {
  /**
   * @param {HTMLElement} element  role=slider, holds the canvas
   * @param {(position_s: number) => Promise<unknown>} seek
   */
  constructor(element, seek) {
    this.element = element;
    this.seek = seek;
    this.canvas = /** @type {HTMLCanvasElement} */ (element.querySelector('canvas'));
    this.hover = /** @type {HTMLOutputElement} */ (element.querySelector('.seek-hover'));
    this.now = /** @type {HTMLElement} */ (document.getElementById('seek-now'));
    this.length = /** @type {HTMLElement} */ (document.getElementById('seek-length'));
    this.duration_s = 0;
    this.position_s = 0;
    /** @type {number | null}  where the person wants to be, until the room is there */
    this.wish_s = null;
    /** Where the peaks of what is shown are. */
    this.url = '';
    /** @type {number[]} */
    this.peaks = [];
    this.dragging = false;
    this.drawn = NOTHING;
    new ResizeObserver(() => this.draw()).observe(element);
    document.addEventListener('themechange', () => this.draw(true));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw(true));
    element.addEventListener('keydown', (event) => this.onKey(event));
    element.addEventListener('pointerdown', (event) => this.onPress(event));
    element.addEventListener('pointermove', (event) => this.onMove(event));
    element.addEventListener('pointerup', (event) => this.onRelease(event));
    element.addEventListener('pointercancel', () => this.forget());
    element.addEventListener('pointerleave', () => { this.hover.hidden = true; });
  }

  /** @param {boolean} may */
  allow(may) {
    this.allowed = may;
    this.element.setAttribute('aria-disabled', String(!this.enabled));
  }

  get enabled() {
    return Boolean(this.allowed) && this.duration_s > 0;
  }

  /** Show another track. @param {{duration_s: number, audio_url: string} | null} track */
  async setTrack(track) {
    this.duration_s = track?.duration_s ?? 0;
    this.peaks = [];
    this.wish_s = null;
    this.length.textContent = asDuration(Math.round(this.duration_s)); // as the server writes it in lists
    this.element.setAttribute('aria-valuemax', String(Math.round(this.duration_s)));
    this.allow(Boolean(this.allowed));
    this.draw(true);
    this.url = track?.audio_url ? `${track.audio_url}peaks.json` : '';
    refetch.forget(this);
    if (this.url) await this.fetchPeaks();
  }

  async fetchPeaks() {
    const { url } = this;
    const peaks = await fetch(url).then((answer) => answer.ok ? answer.json() : null).catch(() => null);
    if (url !== this.url) return; // another track by now
    if (!peaks) {
      refetch.later(this, () => this.fetchPeaks());
      return;
    }
    this.peaks = peaks.max;
    this.draw(true);
  }

  /** @param {number} position_s */
  setPosition(position_s) {
    this.position_s = Math.min(Math.max(0, position_s), this.duration_s);
    const shown_s = this.wish_s ?? this.position_s;
    const text = asDuration(shown_s);
    if (this.now.textContent !== text) {
      this.now.textContent = text;
      this.element.setAttribute('aria-valuenow', String(Math.round(shown_s)));
      this.element.setAttribute('aria-valuetext', fill(gettext('%(position)s of %(length)s'), {
        position: text, length: asDuration(Math.round(this.duration_s)),
      }));
    }
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const from_s = this.wish_s ?? this.position_s;
    /** @type {Record<string, number>} */
    const goals = {
      ArrowLeft: from_s - STEP_S, ArrowDown: from_s - STEP_S, ArrowRight: from_s + STEP_S, ArrowUp: from_s + STEP_S,
      PageDown: from_s - PAGE_S, PageUp: from_s + PAGE_S, Home: 0, End: this.duration_s - STEP_S,
    };
    if (!(event.key in goals) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.nudgeTo(goals[event.key]);
  }

  /** Move there once no more moves come. @param {number} position_s */
  nudgeTo(position_s) {
    if (!this.enabled) return;
    this.wish(position_s);
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.commit(), KEYS_REST_MS);
  }

  /** @param {number} position_s */
  wish(position_s) {
    this.wish_s = Math.min(Math.max(0, position_s), Math.max(0, this.duration_s - 0.1));
    this.setPosition(this.position_s);
  }

  async commit() {
    if (this.wish_s === null) return;
    const wish_s = this.wish_s;
    try {
      await this.seek(wish_s);
    } finally {
      if (this.wish_s === wish_s) this.wish_s = null;
    }
  }

  forget() {
    this.dragging = false;
    this.wish_s = null;
    this.hover.hidden = true;
  }

  /** @param {PointerEvent} event */
  secondsAt(event) {
    const box = this.element.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * this.duration_s;
  }

  /** @param {PointerEvent} event */
  onPress(event) {
    if (!this.enabled || event.button !== 0) return;
    this.dragging = true;
    this.element.setPointerCapture(event.pointerId);
    this.wish(this.secondsAt(event));
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.duration_s) return;
    const at_s = this.secondsAt(event);
    this.hover.hidden = !this.enabled;
    this.hover.textContent = asDuration(at_s);
    this.hover.style.left = `${(at_s / this.duration_s) * 100}%`;
    if (this.dragging) this.wish(at_s);
  }

  /** @param {PointerEvent} event */
  onRelease(event) {
    if (!this.dragging) return;
    this.dragging = false;
    this.wish(this.secondsAt(event));
    if (event.pointerType !== 'mouse') this.hover.hidden = true;
    this.commit();
  }

  /** Draw what would look different. @param {boolean} [anew] */
  draw(anew = false) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const count = Math.floor(width / (BAR_PX + GAP_PX));
    const share = this.duration_s ? (this.wish_s ?? this.position_s) / this.duration_s : 0;
    const reached = Math.round(share * count); // bars whose middle is played
    if (anew) this.drawn = NOTHING;
    const size = `${width} ${height} ${devicePixelRatio}`;
    const whole = size !== this.drawn.size;
    if (!count || (!whole && reached === this.drawn.reached)) return;
    const pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d'));
    if (whole) {
      this.canvas.width = width * devicePixelRatio;
      this.canvas.height = height * devicePixelRatio;
      pen.scale(devicePixelRatio, devicePixelRatio);
    }
    const style = getComputedStyle(this.element);
    const [played, ahead] = [style.getPropertyValue('--accent'), style.getPropertyValue('--waveform')];
    const from = whole ? 0 : Math.min(reached, this.drawn.reached);
    const until = whole ? count : Math.max(reached, this.drawn.reached);
    for (let bar = from; bar < until; bar += 1) {
      const left = bar * (BAR_PX + GAP_PX);
      const tall = Math.max(2, this.peakOf(bar, count) * height);
      pen.clearRect(left, 0, BAR_PX, height);
      pen.fillStyle = bar < reached ? played : ahead;
      pen.beginPath();
      pen.roundRect?.(left, (height - tall) / 2, BAR_PX, tall, 1);
      if (!pen.roundRect) pen.rect(left, (height - tall) / 2, BAR_PX, tall);
      pen.fill();
    }
    this.drawn = { size, reached };
  }

  /** The loudest of the peaks under a bar, 0 to 1. @param {number} bar @param {number} count */
  peakOf(bar, count) {
    const from = Math.floor((bar * this.peaks.length) / count);
    const until = Math.max(from + 1, Math.floor(((bar + 1) * this.peaks.length) / count));
    return Math.max(0, ...this.peaks.slice(from, until)) / 255;
  }
}
