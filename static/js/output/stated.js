// @ts-check
/**
 * The strategy for a browser that reports nothing: the render clock, less the latency that the browser states. It is
 * steady, and as true as what is stated.
 *
 * Firefox asks the audio server when a page first reads `outputLatency`, and repeats that one answer for as long as the
 * output stays the same. The server says how far the sound is behind what was written by then, which swings by a whole
 * callback: eight streams on PulseAudio stated 33 to 45 ms, and all of them sounded 49 to 51 ms behind the render clock.
 * So the answer is counted from the frames that were written when it was given.
 *
 * The question is put between two callbacks, of a stream that runs evenly. On PulseAudio one that meets a callback stops
 * the page for good: it holds the graph's lock, for which the callback waits, and waits for the server's lock, which the
 * callback holds. (Asked within 4 ms of a callback, or while the stream was still filling its buffers, 3 of 12 pages
 * ended so.) For the same reason it is put once.
 *
 * Under its protection against fingerprinting Firefox asks nobody and states a constant, 25 ms on Linux, even before a
 * stream begins. Its clocks are coarse then (`mean_render_clock.js`), and between which callbacks it is could not be told.
 */

/** @typedef {import('./render_clock.js').Point} Point */
/** @typedef {import('./render_clock.js').RenderClock} RenderClock */

/** So far below the render clock's line a callback is over and the next one is not near: they are 18.7 ms apart. */
const ASK_FROM_MS = 5;
const ASK_TO_MS = 9;
/** Two whiles whose tops are so near: the buffers are full, and callbacks come at their intervals. */
const EVEN_MS = 0.6;
/** By then the render clock is known at the instant of the answer; later it is told ever worse what was then. */
const SETTLED_MS = 3_000;

export class Stated {
  source = /** @type {const} */ ('estimated');
  doubt = null;

  /** @param {{context: AudioContext, render: RenderClock, answer: OneAnswer | null}} options */
  constructor({ context, render, answer }) {
    this.context = context;
    this.render = render;
    this.answer = answer;
  }

  /** @param {Point} point  which the render clock has already */
  add(point) {
    this.answer?.add(point, this.render);
  }

  get ready() {
    return this.render.known && (this.answer === null || this.answer.ms !== null);
  }

  get slope() {
    return this.render.line.slope;
  }

  /** @param {number} tMs */
  at(tMs) {
    return this.render.at(tMs) - this.latencyMs;
  }

  get latencyMs() {
    if (this.answer) return this.answer.ms ?? 0; // asked now, it might stop the page
    const { outputLatency = 0, baseLatency = 0 } = this.context;
    return 1000 * (outputLatency || baseLatency);
  }
}

/** What Firefox answers, once for all streams of a context. */
export class OneAnswer {
  /** @param {AudioContext} context @param {number} constantMs  what it states before any stream; 0: nothing */
  constructor(context, constantMs) {
    this.context = context;
    this.constant = constantMs > 0;
    /** From the render clock to the output. @type {number | null} */
    this.ms = this.constant ? constantMs : null;
    this.answerMs = 0;
    /** When the answer was given, until all is drawn from it. @type {Point | null} */
    this.answered = null;
  }

  /** Another stream begins; the browser keeps its answer. */
  restart() {
    this.answered = null;
  }

  /** @param {Point} point @param {RenderClock} render  which has that point */
  add(point, render) {
    if (this.ms === null && between(point, render)) {
      this.answerMs = this.context.outputLatency * 1000;
      if (this.answerMs > 0) this.answered = point;
    }
    if (!this.answered || !render.known) return;
    this.ms = this.answerMs + render.at(this.answered.tMs) - this.answered.xMs;
    if (point.tMs - this.answered.tMs > SETTLED_MS) this.answered = null;
  }
}

/** Whether no callback is near. @param {Point} point @param {RenderClock} render */
function between(point, render) {
  const even = render.bins.length > 1 && Math.abs(render.off[render.off.length - 1]) < EVEN_MS;
  const sinceMs = render.at(point.tMs) - point.xMs;
  return even && sinceMs > ASK_FROM_MS && sinceMs < ASK_TO_MS;
}
