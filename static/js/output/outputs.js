// @ts-check
/**
 * The output that sounds, and another one where its stream is badly known.
 *
 * Where a device ran dry as its stream began, or stumbled amid the music, its report is off for up to a quarter of a
 * minute, and nothing in that stream tells what really sounds (`reported.js`). A second stream, begun silently beside
 * it, is known in a second or two. Then it takes over, and the first one is closed when nothing of it is heard any more.
 */

import { Output } from './output.js';

/** What sounds is not handed to a stream that has only just begun: PulseAudio's filter is fed three times by then, and a
 * disturbance shows. Where nothing sounds there is nothing to lose. */
const SEASONED_MS = 1_500;
/** A browser that lets streams begin in a press only never lets this one, and one that is not known by then has the
 * trouble of the one before. */
const TRIED_FOR_MS = 3_000;
/** In a row is what comes within ten seconds of the one before. Three that were no better than that are a machine that
 * disturbs them all, or a browser whose reports are no better: not tried again for five minutes. */
const IN_A_ROW_MS = 10_000;
const MOST_TRIES = 3;
const REST_MS = 300_000;
/** By then the one before has faded out, whatever its latency. */
const FADED_MS = 1_000;

/** Events: `state`, the one that sounds was suspended, interrupted or resumed. */
export class Outputs extends EventTarget {
  /**
   * @param {object} options
   * @param {() => AudioContext} options.createContext
   * @param {() => number} options.now
   * @param {import('./report_line.js').Platform} [options.platform]  whose reports may swing
   */
  constructor({ createContext, now, platform }) {
    super();
    this.createContext = createContext;
    this.now = now;
    this.platform = platform;
    this.level = 1;
    /** @type {Output | null} */
    this.current = null;
    /** @type {Output | null} */
    this.successor = null;
    /** @type {{output: Output, overMs: number}[]} */
    this.former = [];
    this.begunMs = -Infinity; // the successor
    this.tries = 0;
  }

  /** The output, running if the browser allows that without a press. */
  prepare() {
    this.current ??= this.create();
    return this.current;
  }

  create() {
    const { now, level, platform } = this;
    const output = new Output({ context: this.createContext(), now, level, platform });
    output.addEventListener('state', () => {
      if (output === this.current) this.dispatchEvent(new Event('state'));
    });
    return output;
  }

  /** @param {number} level  0 to 1, of amplitude */
  setLevel(level) {
    this.level = level;
    for (const output of [this.current, this.successor]) output?.setLevel(level);
  }

  sample() {
    for (const output of [this.current, this.successor]) output?.map.sample();
  }

  /**
   * See to the successor, and let it take over once it may. Call it ten times a second.
   * @param {boolean} sounds  whether anything does
   * @returns {Output | null}  the one that was current, if another one has become it: what it sounds is to fade out
   */
  takeOver(sounds) {
    const nowMs = this.now();
    this.closeFormer(nowMs);
    const { current, successor } = this;
    if (!current?.running || !current.map.doubtful) {
      this.giveUp();
    } else if (!successor) {
      this.begin(nowMs);
    } else if (this.mayTakeOver(successor, nowMs - this.begunMs, sounds)) {
      successor.map.earlierSteps += current.map.steps;
      this.former.push({ output: current, overMs: nowMs + FADED_MS });
      this.current = successor;
      this.successor = null;
      return current;
    }
    return null;
  }

  /** @param {number} nowMs */
  begin(nowMs) {
    if (nowMs - this.begunMs > (this.tries === MOST_TRIES ? REST_MS : IN_A_ROW_MS)) this.tries = 0;
    if (this.tries === MOST_TRIES) return;
    this.tries += 1;
    this.begunMs = nowMs;
    this.successor = this.create();
    this.successor.context.resume().catch(() => {}); // closed before it ran
  }

  /**
   * Whether it may take over. One that never will is given up.
   * @param {Output} successor @param {number} ageMs @param {boolean} sounds
   */
  mayTakeOver(successor, ageMs, sounds) {
    const known = successor.running && successor.map.ready;
    if (successor.map.doubtful || (!known && ageMs > TRIED_FOR_MS)) {
      this.giveUp();
      return false;
    }
    return known && (!sounds || ageMs > SEASONED_MS);
  }

  giveUp() {
    this.successor?.context.close();
    this.successor = null;
  }

  /** @param {number} nowMs */
  closeFormer(nowMs) {
    for (const { output, overMs } of this.former) if (overMs <= nowMs) output.context.close();
    this.former = this.former.filter(({ overMs }) => overMs > nowMs);
  }

  close() {
    this.giveUp();
    this.closeFormer(Infinity);
    this.current?.context.close();
    this.current = null;
  }
}
