// @ts-check
/**
 * One unbroken stretch of music on the output: slices of samples, each a source node of its own that starts on the
 * frame where the one before it ends.
 *
 * Frames count the context's output at 48 kHz, chain samples the music (`timeline.chain`). Every slice says which chain
 * sample its first frame sounds; slices that have not begun can be taken back and laid anew at another pace.
 */

import { REPLAN_SAMPLES, SLICE_SAMPLES } from './pace.js';
import { reach, resample } from '../music/resampler.js';
import { SAMPLE_RATE_HZ } from '../music/timeline.js';

/** @typedef {import('./pace.js').Pace} Pace */
/** @typedef {import('../music/timeline.js').ChainLink} ChainLink */
/** @typedef {{frame: number, at: number, ratio: number, count: number, error: number, node: AudioBufferSourceNode}} Slice */
/**
 * @typedef {object} Target  Where the timeline wants the output to be.
 * @property {(frame: number) => number} sampleAt  the chain sample due at a frame; fractional
 * @property {(sample: number) => number} frameAt
 */
/** @typedef {(links: ChainLink[], start: number, end: number) => Float32Array[] | null} Read  as `joined_tracks.js` reads */

export const FADE_OUT_MS = 10;
/** Source nodes are added and removed at least this far (60 ms) ahead of the frame that the device renders next. */
export const MARGIN_FRAMES = 2_880;
/** Slices that sounded this long (3 s) ago are forgotten: nobody asks any more what the output says about them. */
const KEEP_FRAMES = 144_000;

const seconds = (/** @type {number} */ frames) => frames / SAMPLE_RATE_HZ;

export class Voice {
  /**
   * @param {object} options
   * @param {AudioContext} options.context
   * @param {AudioNode} options.output
   * @param {ChainLink[]} options.links
   * @param {Target} options.target
   * @param {Read} options.read
   * @param {Pace} options.pace
   */
  constructor({ context, output, links, target, read, pace }) {
    this.context = context;
    this.links = links;
    this.target = target;
    this.read = read;
    this.pace = pace;
    this.gain = context.createGain();
    this.gain.connect(output);
    /** @type {Slice[]} */
    this.slices = [];
    this.nextFrame = 0;
    this.nextSample = 0;
    /** The frame from which on it is silent for good. */
    this.endFrame = Infinity;
  }

  /**
   * @param {number} frame  a whole frame, still to be rendered
   * @param {number} sample  the chain sample that sounds there
   * @param {number} fadeInMs
   */
  begin(frame, sample, fadeInMs) {
    this.nextFrame = frame;
    this.nextSample = sample;
    if (fadeInMs > 0) {
      this.gain.gain.setValueAtTime(0, seconds(frame));
      this.gain.gain.linearRampToValueAtTime(1, seconds(frame) + fadeInMs / 1000);
    }
  }

  /** Chain sample at which the last known track ends. */
  get lastSample() {
    return this.links[this.links.length - 1].end;
  }

  /** True once every sample of the known tracks is laid. */
  get complete() {
    return this.nextSample >= this.lastSample;
  }

  /**
   * Lay slices until `untilFrame` is covered, the tracks end, `most` are laid, or samples are missing.
   * @param {number} untilFrame
   * @param {number} [most]
   * @returns {boolean} false if samples were missing
   */
  fill(untilFrame, most = Infinity) {
    for (let laid = 0; laid < most && this.nextFrame < Math.min(untilFrame, this.endFrame) && !this.complete; laid++) {
      const frame = this.nextFrame;
      const at = this.nextSample;
      const error = at - this.target.sampleAt(frame);
      const slope = (this.target.sampleAt(frame + SAMPLE_RATE_HZ) - this.target.sampleAt(frame)) / SAMPLE_RATE_HZ;
      const before = { ...this.pace };
      const ratio = this.pace.ratio(at, error, slope, SLICE_SAMPLES);
      const count = Math.min(SLICE_SAMPLES, Math.ceil((this.lastSample - at) / ratio));
      const { first, end } = reach(at, ratio, count);
      const source = this.read(this.links, first, end);
      if (!source) {
        Object.assign(this.pace, before);
        return false;
      }
      const node = this.play(resample(source, first, at, ratio, count), frame);
      this.slices.push({ frame, at, ratio, count, error, node });
      this.nextFrame = frame + count;
      this.nextSample = at + ratio * count;
      const whole = Math.round(this.nextSample);
      if (Math.abs(this.nextSample - whole) < 1e-6) this.nextSample = whole;
    }
    return true;
  }

  /** @param {Float32Array[]} channels @param {number} frame */
  play(channels, frame) {
    const buffer = this.context.createBuffer(2, channels[0].length, SAMPLE_RATE_HZ);
    channels.forEach((samples, channel) => buffer.copyToChannel(/** @type {any} */ (samples), channel));
    const node = this.context.createBufferSource();
    node.buffer = buffer;
    node.connect(this.gain);
    node.start(seconds(frame));
    return node;
  }

  /**
   * If what is laid has come to miss the timeline otherwise than was expected, lay it anew from `fromFrame` on.
   * @param {number} fromFrame
   */
  replan(fromFrame) {
    const ahead = this.slices.filter(({ frame }) => frame >= fromFrame);
    const misses = (/** @type {Slice} */ { frame, at, error }) => Math.abs(at - this.target.sampleAt(frame) - error) > REPLAN_SAMPLES;
    if (ahead.length && (misses(ahead[0]) || misses(ahead[ahead.length - 1]))) this.takeBack(fromFrame);
  }

  /**
   * The tracks to come have changed: what differs is taken back.
   * @param {ChainLink[]} links @param {number} fromFrame  the first that can still be taken back
   */
  follow(links, fromFrame) {
    let same = Infinity;
    for (let i = 0; i < Math.max(links.length, this.links.length); i++) {
      const [was, is] = [this.links[i], links[i]];
      if (was && is && was.start === is.start && was.track.id === is.track.id) continue;
      same = (was ?? is).start;
      break;
    }
    this.links = links;
    const first = this.slices.find(({ frame, at, ratio, count }) => frame >= fromFrame && at + ratio * count > same);
    if (first) this.takeBack(first.frame);
  }

  /** @param {number} fromFrame */
  takeBack(fromFrame) {
    const index = this.slices.findIndex(({ frame }) => frame >= fromFrame);
    if (index < 0) return;
    const { frame, at } = this.slices[index];
    for (const { node } of this.slices.splice(index)) silence(node);
    this.nextFrame = frame;
    this.nextSample = at;
  }

  /**
   * Fade out from `frame` on and be silent after.
   * @param {number} frame  not before the one that is rendered next
   * @param {number} [fadeMs]
   */
  cut(frame, fadeMs = FADE_OUT_MS) {
    const endFrame = frame + (fadeMs * SAMPLE_RATE_HZ) / 1000;
    if (endFrame >= this.endFrame) return;
    this.endFrame = endFrame;
    const { gain } = this.gain;
    gain.cancelScheduledValues(seconds(frame));
    gain.setValueAtTime(1, seconds(frame));
    gain.linearRampToValueAtTime(0, seconds(this.endFrame));
    const index = this.slices.findIndex((slice) => slice.frame >= this.endFrame);
    if (index >= 0) for (const { node } of this.slices.splice(index)) silence(node);
  }

  /**
   * The chain sample that sounds at a frame, or null if none does.
   * @param {number} frame
   */
  sampleAt(frame) {
    if (frame >= this.endFrame) return null;
    const slice = this.slices.find((each) => frame >= each.frame && frame < each.frame + each.count);
    return slice ? slice.at + slice.ratio * (frame - slice.frame) : null;
  }

  /** @param {number} nowFrame */
  forget(nowFrame) {
    while (this.slices.length && this.slices[0].frame + this.slices[0].count < nowFrame - KEEP_FRAMES) this.slices.shift();
  }

  /** Silence at once, with no fade: the context does not run. */
  drop() {
    for (const { node } of this.slices) silence(node);
    this.slices = [];
    this.gain.disconnect();
  }
}

/** @param {AudioBufferSourceNode} node */
function silence(node) {
  node.stop();
  node.disconnect();
}
