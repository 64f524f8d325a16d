// @ts-check
/**
 * From a segment's bytes to its exact samples, and the store that fetches, decodes and keeps them.
 *
 * A segment is decodable alone: its leading `free` box holds the fragment that the codec needs before it (preroll), which
 * other players skip. What the decoder makes of that is thrown away, or crossfaded with where the rendition changes.
 */

import { SAMPLE_RATE_HZ } from './timeline.js';
import { samplesIn, SEGMENT_SAMPLES } from './segment_grid.js';

/** @typedef {import('../link/protocol').TrackInfo} TrackInfo */
/** @typedef {import('../link/protocol').RenditionInfo} RenditionInfo */
/**
 * @typedef {object} Segment
 * @property {string} rendition
 * @property {Float32Array[]} pcm  left and right, exactly the segment's samples
 * @property {Float32Array[]} lead  the LEAD_SAMPLES before them, as this rendition sounds them
 */
/** @typedef {(bytes: number, elapsedMs: number) => void} OnTransfer */

/** 20 ms: what a change of rendition is crossfaded over. Valid in every codec's preroll. */
export const LEAD_SAMPLES = 960;
const FREE_HEADER_BYTES = 8;
const TRIES = 4;
const FIRST_RETRY_MS = 300;
/** A decoder that trims the end of a track too eagerly loses its last 20 ms, not the whole segment. */
const MOST_MISSING_AT_END = 1024;
/** The largest segment (FLAC, some 600 kB) on the slowest link meant to work (3g, 780 kbit/s) takes 6 s. */
const FETCH_TIMEOUT_MS = 20_000;
/** Decoded stereo is 384 kB a second: 90 s are 35 MB. */
export const KEPT_S = 90;

/** The bytes are not a segment as this application packages them, or the browser cannot decode them. */
export class SegmentError extends Error {}

/**
 * What `decodeAudioData` is to be given: the initialisation, the preroll out of its box, and the segment.
 * @param {ArrayBuffer} init @param {ArrayBuffer} segment
 * @returns {ArrayBuffer}
 */
export function decodable(init, segment) {
  const view = new DataView(segment);
  if (segment.byteLength < FREE_HEADER_BYTES || view.getUint32(4) !== 0x66726565) { // 'free'
    throw new SegmentError('a segment begins with a free box');
  }
  const bytes = new Uint8Array(init.byteLength + segment.byteLength - FREE_HEADER_BYTES);
  bytes.set(new Uint8Array(init));
  bytes.set(new Uint8Array(segment, FREE_HEADER_BYTES), init.byteLength);
  return bytes.buffer;
}

/** @type {OfflineAudioContext | null} */
let decoder = null;

/**
 * Decode at 48 kHz whatever rate the device runs at: a device's context would resample every segment alone.
 * @param {ArrayBuffer} bytes @returns {Promise<AudioBuffer>}
 */
export function decode(bytes) {
  decoder ??= new OfflineAudioContext(2, 128, SAMPLE_RATE_HZ);
  return decoder.decodeAudioData(bytes);
}

/**
 * One segment, exactly: `samples` of each channel, whatever this browser's decoder adds or trims.
 * @param {object} what
 * @param {ArrayBuffer} what.init
 * @param {ArrayBuffer} what.segment
 * @param {RenditionInfo} what.rendition
 * @param {number} what.samples  in this segment
 * @param {number} [what.trimmed]  samples that this browser's decoder drops in front (`calibration.js`)
 * @param {(bytes: ArrayBuffer) => Promise<AudioBuffer>} [what.decodeWith]
 * @returns {Promise<Segment>}
 */
export async function decodeSegment({ init, segment, rendition, samples, trimmed = 0, decodeWith = decode }) {
  const buffer = await decodeWith(decodable(init, segment));
  const start = rendition.preroll_samples - trimmed;
  const missing = start + samples - buffer.length;
  if (missing > 0 && !(samples < SEGMENT_SAMPLES && missing <= MOST_MISSING_AT_END)) {
    throw new SegmentError(`decoded ${buffer.length} samples where ${start + samples} were due`);
  }
  const channels = [0, Math.min(1, buffer.numberOfChannels - 1)].map((channel) => buffer.getChannelData(channel));
  return {
    rendition: rendition.id,
    pcm: channels.map((channel) => {
      const pcm = new Float32Array(samples);
      pcm.set(channel.subarray(start, start + samples));
      return pcm;
    }),
    lead: channels.map((channel) => channel.slice(start - LEAD_SAMPLES, start)),
  };
}

/** Fetches, decodes and keeps segments: one rendition of each, the first that was asked for. */
export class SegmentStore {
  /**
   * @param {object} options
   * @param {(codec: string) => Promise<number>} options.trimmedBy  see `decodeSegment`
   * @param {OnTransfer} [options.onTransfer]
   * @param {typeof fetch} [options.fetch]
   * @param {() => number} [options.now]
   * @param {(ms: number) => Promise<void>} [options.pause]
   * @param {(bytes: ArrayBuffer) => Promise<AudioBuffer>} [options.decodeWith]
   */
  constructor({ trimmedBy, onTransfer = () => {}, fetch: fetchWith = (...args) => fetch(...args),
    now = () => performance.now(), pause = (ms) => new Promise((resume) => setTimeout(resume, ms)), decodeWith }) {
    this.trimmedBy = trimmedBy;
    this.onTransfer = onTransfer;
    this.fetchWith = fetchWith;
    this.now = now;
    this.pause = pause;
    this.decodeWith = decodeWith;
    /** Newest used last. @type {Map<string, Segment>} */
    this.held = new Map();
    /** @type {Map<string, {rendition: string, startedMs: number, abort: AbortController}>} */
    this.pending = new Map();
    /** @type {Map<string, Promise<ArrayBuffer>>} */
    this.inits = new Map();
  }

  /** @param {number} track @param {number} n @returns {Segment | undefined} */
  get(track, n) {
    const key = `${track}:${n}`;
    const segment = this.held.get(key);
    if (segment) {
      this.held.delete(key);
      this.held.set(key, segment);
    }
    return segment;
  }

  /** @param {number} track @param {number} n */
  has(track, n) {
    return this.held.has(`${track}:${n}`);
  }

  /** Seconds of decoded sound in memory. */
  get decodedS() {
    let samples = 0;
    for (const { pcm } of this.held.values()) samples += pcm[0].length;
    return samples / SAMPLE_RATE_HZ;
  }

  /**
   * Fetch and decode one segment. Resolves when it is held; rejects when it was aborted or every try failed.
   * @param {TrackInfo} track @param {RenditionInfo} rendition @param {number} n
   */
  async load(track, rendition, n) {
    const key = `${track.id}:${n}`;
    if (this.held.has(key) || this.pending.has(key)) return;
    const abort = new AbortController();
    const entry = { rendition: rendition.id, startedMs: this.now(), abort };
    this.pending.set(key, entry);
    try {
      const [init, segment, trimmed] = await Promise.all([
        this.init(`${track.audio_url}${rendition.id}/init.mp4`),
        this.download(`${track.audio_url}${rendition.id}/${n}.m4s`, abort.signal),
        this.trimmedBy(rendition.codec),
      ]);
      const decoded = await decodeSegment({
        init, segment, rendition, trimmed, samples: samplesIn(track.total_samples, n), decodeWith: this.decodeWith,
      });
      if (abort.signal.aborted) throw new DOMException('not wanted any more', 'AbortError');
      this.held.set(key, decoded);
      this.forgetOldest();
    } finally {
      if (this.pending.get(key) === entry) this.pending.delete(key);
    }
  }

  /** Give up every download that is not one of these. @param {Set<string>} wanted  keys `track:n` */
  keepOnly(wanted) {
    for (const [key, { abort }] of this.pending) {
      if (wanted.has(key)) continue;
      abort.abort();
      this.pending.delete(key);
    }
  }

  /** Give up one download, to ask for another rendition. @param {string} key */
  giveUp(key) {
    this.pending.get(key)?.abort.abort();
    this.pending.delete(key);
  }

  /** @param {string} url @returns {Promise<ArrayBuffer>} */
  init(url) {
    const held = this.inits.get(url);
    if (held) return held;
    const fetched = this.download(url, null);
    this.inits.set(url, fetched);
    fetched.catch(() => this.inits.delete(url));
    return fetched;
  }

  /**
   * @param {string} url @param {AbortSignal | null} signal
   * @returns {Promise<ArrayBuffer>}
   */
  async download(url, signal) {
    for (let tries = 1; ; tries++) {
      try {
        return await this.downloadOnce(url, signal);
      } catch (error) {
        if (signal?.aborted || tries === TRIES) throw error;
        await this.pause(FIRST_RETRY_MS * 2 ** (tries - 1));
        if (signal?.aborted) throw error;
      }
    }
  }

  /** @param {string} url @param {AbortSignal | null} signal */
  async downloadOnce(url, signal) {
    const limit = new AbortController();
    const stop = () => limit.abort();
    signal?.addEventListener('abort', stop);
    const timer = setTimeout(stop, FETCH_TIMEOUT_MS);
    try {
      const startedMs = this.now();
      const response = await this.fetchWith(url, { signal: limit.signal });
      if (!response.ok) throw new SegmentError(`${url}: ${response.status}`);
      const bytes = await response.arrayBuffer();
      this.onTransfer(bytes.byteLength, this.now() - startedMs);
      return bytes;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  }

  forgetOldest() {
    let keptS = this.decodedS;
    for (const [key, { pcm }] of this.held) {
      if (keptS <= KEPT_S) return;
      keptS -= pcm[0].length / SAMPLE_RATE_HZ;
      this.held.delete(key);
    }
  }
}
