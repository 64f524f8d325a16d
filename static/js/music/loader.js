// @ts-check
/** Keeps what will sound soon in the segment store: in order of need, at the rendition that the network carries. */

import { choose, POOR_S, Throughput } from './abr.js';
import { samplesIn, SEGMENT_SAMPLES } from './segment_grid.js';
import { SegmentStore } from './segments.js';
import { needs } from './joined_tracks.js';
import { SAMPLE_RATE_HZ } from './timeline.js';

/** @typedef {import('../link/protocol').TrackInfo} TrackInfo */
/** @typedef {import('./timeline.js').ChainLink} ChainLink */
/** @typedef {{links: ChainLink[], from: number, until: number}} Stretch  chain samples of one passage that will sound */

/** Downloads at a time: two hide a round trip behind the other's body, more would only delay the one that is due next. */
const AT_ONCE = 2;
/** With this much in hand there is no haste: then one at a time, and so long after the one before. Decoding keeps a core
 * busy for 25 ms a segment, and the device's own threads wait for it. */
const COMFORT_S = 8;
const REST_MS = 350;
/** A segment that failed every try is asked for again after this. */
const RETRY_MS = 1_500;
/** A download that runs this long while little is buffered is given up for the cheapest rendition. */
const CRAWL_MS = 4_000;

export class Loader {
  /**
   * @param {object} options
   * @param {import('./calibration.js').Calibration} options.calibration
   * @param {() => number} [options.now]
   * @param {() => void} [options.onLoaded]
   * @param {ConstructorParameters<typeof SegmentStore>[0]['fetch']} [options.fetch]
   * @param {(bytes: ArrayBuffer) => Promise<AudioBuffer>} [options.decodeWith]
   */
  constructor({ calibration, now = () => performance.now(), onLoaded = () => {}, fetch: fetchWith, decodeWith }) {
    this.calibration = calibration;
    this.now = now;
    this.onLoaded = onLoaded;
    this.throughput = new Throughput();
    this.store = new SegmentStore({
      now, fetch: fetchWith, decodeWith,
      trimmedBy: (codec) => calibration.trimmedBy(codec),
      onTransfer: (bytes, elapsedMs) => this.throughput.add(bytes, elapsedMs),
    });
    /** @type {string | null} the person's choice */
    this.manual = null;
    /** @type {string | null} */
    this.rendition = null;
    /** @type {Map<string, number>} when each failed */
    this.failed = new Map();
    this.bufferedS = 0;
    this.loadedMs = -Infinity;
  }

  /**
   * Ask for what is missing of what will sound, soonest first.
   * @param {Stretch[]} stretches  in order of time
   * @param {Stretch[]} [prefetch]  what may sound soon, if somebody presses a button; only after all of that
   */
  ensure(stretches, prefetch = []) {
    /** @type {Map<string, {track: TrackInfo, n: number}>} */
    const wanted = new Map();
    for (const { links, from, until } of [...stretches, ...prefetch]) {
      for (const { link, n } of needs(links, from, until)) wanted.set(`${link.track.id}:${n}`, { track: link.track, n });
    }
    this.bufferedS = bufferedSeconds(stretches, this.store);
    this.store.keepOnly(new Set(wanted.keys()));
    this.hurry(wanted);
    const calm = this.bufferedS >= COMFORT_S;
    if (calm && this.now() - this.loadedMs < REST_MS) return;
    for (const [key, { track, n }] of wanted) {
      if (this.store.pending.size >= (calm ? 1 : AT_ONCE)) return;
      if (this.store.has(track.id, n) || this.store.pending.has(key)) continue;
      if (this.now() - (this.failed.get(key) ?? -Infinity) < RETRY_MS) continue;
      this.load(key, track, n, this.bufferedS);
    }
  }

  /** @param {string} key @param {TrackInfo} track @param {number} n @param {number} bufferedS */
  async load(key, track, n, bufferedS) {
    const renditions = this.calibration.playable(track.renditions);
    const rendition = choose({
      renditions, bps: this.throughput.bps, bufferedS, current: this.rendition, manual: this.manual,
    });
    this.rendition = rendition.id;
    try {
      await this.store.load(track, rendition, n);
      this.failed.delete(key);
      this.loadedMs = this.now();
      this.onLoaded();
    } catch (error) {
      if (/** @type {Error} */ (error).name !== 'AbortError') this.failed.set(key, this.now());
    }
  }

  /**
   * What is due next crawls in at a dear rendition: take the cheap one instead.
   * @param {Map<string, {track: TrackInfo, n: number}>} wanted
   */
  hurry(wanted) {
    if (this.bufferedS >= POOR_S || this.manual) return;
    for (const [key, { track, n }] of wanted) {
      if (this.store.has(track.id, n)) continue;
      const pending = this.store.pending.get(key);
      const cheapest = this.calibration.playable(track.renditions)[0];
      if (!pending || pending.rendition === cheapest.id || this.now() - pending.startedMs < CRAWL_MS) return;
      this.store.giveUp(key);
      this.load(key, track, n, 0);
      return;
    }
  }
}

/**
 * Seconds of sound held without a gap, from the first sample of the first stretch on.
 * @param {Stretch[]} stretches @param {Pick<SegmentStore, 'has'>} store
 */
export function bufferedSeconds(stretches, store) {
  let samples = 0;
  for (const { links, from, until } of stretches) {
    for (const { link, n } of needs(links, from, until)) {
      if (!store.has(link.track.id, n)) return samples / SAMPLE_RATE_HZ;
      const start = link.start + n * SEGMENT_SAMPLES;
      const end = start + samplesIn(link.track.total_samples, n);
      samples += Math.min(end, until) - Math.max(start, from);
    }
  }
  return samples / SAMPLE_RATE_HZ;
}
