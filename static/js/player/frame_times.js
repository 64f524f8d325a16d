// @ts-check
/**
 * When the frames of this device's output sound, in server time: two clocks, one after the other. The output's map leads
 * from frames to the page's clock, the room's clock from there to the server's. What the browser hides and what the person
 * wants is added between the two.
 *
 * Frames count the context's output at 48 kHz; server times are microseconds.
 */

import { msAtServer, serverUsAt } from '../link/clock.js';
import { sampleOf, usOf } from '../music/schedule.js';
import { MARGIN_FRAMES } from './voice.js';

/** @typedef {import('../link/clock.js').ClockReading} ClockReading */
/** @typedef {import('../output/outputs.js').Outputs} Outputs */
/** @typedef {import('../music/schedule.js').Passage} Passage */

/** One quantum and a callback: what was asked for while this page thought. */
const RENDER_SLACK_FRAMES = 256;

export class FrameTimes {
  /** @param {{now: () => number, outputs: Pick<Outputs, 'current'>}} options */
  constructor({ now, outputs }) {
    this.now = now;
    this.outputs = outputs;
    /** @type {ClockReading | null} */
    this.clock = null;
    /** The person's own: positive, this device is to sound that much later. */
    this.trimMs = 0;
    /** How much later than it says this browser sounds (`latency_table.js`). */
    this.correctionMs = 0;
  }

  get output() {
    return this.outputs.current;
  }

  /** Whether both clocks are known, and the output runs. */
  get ready() {
    return this.clock !== null && this.output !== null && this.output.running && this.output.map.ready;
  }

  /** Server time now, or null while it is unknown. */
  nowUs() {
    return this.clock && serverUsAt(this.clock, this.now());
  }

  /** How much later than the output says the timeline is to have it: what the browser hides, less what the person wants. */
  get lateMs() {
    return this.correctionMs - this.trimMs;
  }

  /** When a frame sounds, in server time. @param {number} frame */
  serverUsOf(frame) {
    const { clock, output } = this;
    if (!clock || !output) throw new Error('no clock yet');
    return serverUsAt(clock, output.pageMsOf(frame) + this.lateMs);
  }

  /** The frame, fractional, that sounds at a server time. @param {number} us */
  frameOf(us) {
    const { clock, output } = this;
    if (!clock || !output) throw new Error('no clock yet');
    return output.frameAt(msAtServer(clock, us) - this.lateMs);
  }

  /** Where the samples of a passage belong. @param {Passage} passage @returns {import('./voice.js').Target} */
  target(passage) {
    return {
      sampleAt: (frame) => sampleOf(passage, this.serverUsOf(frame)),
      frameAt: (sample) => this.frameOf(usOf(passage, sample)),
    };
  }

  /** The frame before which nothing is laid or taken back any more. */
  soonest() {
    return (this.output?.nextFrame ?? 0) + MARGIN_FRAMES;
  }

  /** The first frame that a change made now can be sure to reach. */
  reachable() {
    return (this.output?.nextFrame ?? 0) + RENDER_SLACK_FRAMES;
  }
}
