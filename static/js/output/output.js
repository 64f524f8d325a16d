// @ts-check
/** This device's output: the context, its level, and the map between its frames and the page's clock. */

import { PlayoutMap } from './playout.js';
import { SAMPLE_RATE_HZ } from '../music/timeline.js';

/** Steps of the level are spread over this, as a time constant. */
const LEVEL_RAMP_S = 0.015;
/** Chromium takes a stream that is exactly silent for 30 s off its device, feeds it by the computer's clock, and begins
 * another one, of which nothing is known, with the first sound. So there is always a constant, far below the last bit of
 * any converter: -180 dB. Firefox, which states a latency only, was not seen to do so. */
const NEVER_SILENT = 1e-9;

export class Output extends EventTarget {
  /**
   * @param {object} options
   * @param {AudioContext} options.context
   * @param {() => number} options.now
   * @param {number} options.level
   * @param {import('./report_line.js').Platform} [options.platform]  whose reports may swing
   */
  constructor({ context, now, level, platform }) {
    super();
    this.context = context;
    this.map = new PlayoutMap({ context, now, platform });
    this.gain = context.createGain();
    this.gain.gain.value = level;
    this.gain.connect(context.destination);
    if (!this.map.echoing) this.soundAlways();
    this.now = now;
    this.state = context.state;
    context.onstatechange = () => this.stateChanged();
  }

  soundAlways() {
    const constant = this.context.createConstantSource();
    constant.offset.value = NEVER_SILENT;
    constant.connect(this.context.destination);
    constant.start();
  }

  get running() {
    return this.context.state === 'running';
  }

  /** @param {number} level  0 to 1, of amplitude */
  setLevel(level) {
    this.gain.gain.setTargetAtTime(level, this.context.currentTime, LEVEL_RAMP_S);
  }

  /** The first frame that the device has not asked for yet. */
  get nextFrame() {
    return Math.ceil(this.context.currentTime * SAMPLE_RATE_HZ);
  }

  /** The frame that the loudspeaker sounds now. */
  get soundingFrame() {
    return Math.round((this.map.contextMsAt(this.now()) * SAMPLE_RATE_HZ) / 1000);
  }

  /** Page time, in ms, at which a frame sounds. @param {number} frame */
  pageMsOf(frame) {
    return this.map.pageMsAt((frame * 1000) / SAMPLE_RATE_HZ);
  }

  /** The frame, fractional, that sounds at a page time. @param {number} ms */
  frameAt(ms) {
    return (this.map.contextMsAt(ms) * SAMPLE_RATE_HZ) / 1000;
  }

  /** Suspended, interrupted or resumed: the device begins anew. */
  stateChanged() {
    if (this.context.state === this.state) return;
    this.state = this.context.state;
    this.map.reset('stream_interrupted');
    this.dispatchEvent(new Event('state'));
  }
}

/** At 48 kHz, so that samples pass untouched; `playback` asks for the larger buffers, which survive a busy machine. */
export function realContext() {
  const Context = window.AudioContext ?? /** @type {any} */ (window).webkitAudioContext;
  return new Context({ sampleRate: SAMPLE_RATE_HZ, latencyHint: 'playback' });
}
