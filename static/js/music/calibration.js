// @ts-check
/**
 * What this browser's decoders do to the front of a segment, found out by decoding a sound whose place is known.
 *
 * Engines differ in how many samples of encoder delay they drop by themselves; `canPlayType` says nothing about that and
 * is wrong about whether they decode at all. A codec whose marker is not found where it can be made up for is not used.
 */

import { decode, LEAD_SAMPLES } from './segments.js';

/** @typedef {import('../link/protocol').RenditionInfo} RenditionInfo */
/**
 * @typedef {object} Manifest  of the calibration sounds, as the library made them
 * @property {{id: string, codec: string, url: string, marker_sample: number}[]} renditions  `marker_sample`: where the
 *   loudest sample is in what a decoder returns that drops nothing; `url`: from the manifest's own
 */

/** The shortest preroll of a codec that drops samples (AAC, 3 frames) must still hold a whole crossfade. */
const MOST_TRIMMED = 3 * 1024 - LEAD_SAMPLES;
/** The marker's top is a millisecond wide, and a lossy codec blurs it. */
const MARKER_SLACK = 6;
/** Every known engine drops a whole number of frames, or one of Apple's delays. */
const KNOWN_TRIMS = [0, 1024, 2048, 2112];

export class Calibration {
  /**
   * @param {object} options
   * @param {string} options.manifestUrl  an address or a path
   * @param {typeof fetch} [options.fetch]
   * @param {(bytes: ArrayBuffer) => Promise<AudioBuffer>} [options.decodeWith]
   */
  constructor({ manifestUrl, fetch: fetchWith = (...args) => fetch(...args), decodeWith = decode }) {
    this.manifestUrl = manifestUrl;
    this.fetchWith = fetchWith;
    this.decodeWith = decodeWith;
    /** @type {Map<string, number>} dropped samples by codec */
    this.trims = new Map();
    /** @type {Set<string>} codecs that cannot be used here */
    this.unusable = new Set();
    /** @type {Promise<void> | null} */
    this.learning = null;
  }

  /** Learn, once. Resolves in any case: what could not be fetched is taken to be as the common engines are. */
  learn() {
    this.learning ??= this.learnAll().catch(() => {});
    return this.learning;
  }

  /** The cheapest of each codec speaks for the others: they differ in nothing that moves a sample. */
  async learnAll() {
    const response = await this.fetchWith(this.manifestUrl);
    if (!response.ok) return;
    const manifest = /** @type {Manifest} */ (await response.json());
    const firsts = manifest.renditions.filter(({ codec }, i, all) => all.findIndex((other) => other.codec === codec) === i);
    await Promise.all(firsts.map(async ({ codec, url, marker_sample: markerSample }) => {
      const sound = await this.fetchWith(this.manifestUrl.replace(/[^/]*$/, url));
      if (!sound.ok) return;
      const bytes = await sound.arrayBuffer();
      try {
        const trimmed = trimOf((await this.decodeWith(bytes)).getChannelData(0), markerSample);
        if (trimmed === null) this.unusable.add(codec);
        else this.trims.set(codec, trimmed);
      } catch {
        this.unusable.add(codec);
      }
    }));
  }

  /** Samples that this browser drops in front of a segment. @param {string} codec */
  async trimmedBy(codec) {
    await this.learn();
    return this.trims.get(codec) ?? 0;
  }

  /**
   * Those that this browser decodes to the sample; all of them if none is known to, as there is nothing to lose.
   * @param {RenditionInfo[]} renditions
   */
  playable(renditions) {
    const usable = renditions.filter(({ codec }) => !this.unusable.has(codec));
    return usable.length ? usable : renditions;
  }
}

/**
 * @param {Float32Array} decoded @param {number} markerSample
 * @returns {number | null}  null: the marker is not where any known engine would put it
 */
export function trimOf(decoded, markerSample) {
  let loudest = 0;
  for (let i = 1; i < decoded.length; i++) if (Math.abs(decoded[i]) > Math.abs(decoded[loudest])) loudest = i;
  if (!(Math.abs(decoded[loudest]) > 0.1)) return null;
  const trimmed = markerSample - loudest;
  const known = KNOWN_TRIMS.find((trim) => Math.abs(trim - trimmed) <= MARKER_SLACK);
  return known !== undefined && known <= MOST_TRIMMED ? known : null;
}
