// @ts-check
/**
 * Sounds the room's timeline on this device: keeps voices on the passages of music that are due, at the instant at which
 * they are due at the loudspeaker, and mends whatever comes between.
 */

import { ahead } from '../music/ahead.js';
import { ResyncWatch, wantsJump } from './resync.js';
import { FrameTimes } from './frame_times.js';
import { realContext } from '../output/output.js';
import { Outputs } from '../output/outputs.js';
import { endUs, follow } from '../music/schedule.js';
import { SleepWatch } from '../link/sleep_watch.js';
import { Voices } from './voices.js';

/** @typedef {import('../link/protocol').TransportPart} TransportPart */
/** @typedef {import('../music/schedule.js').Passage} Passage */
/** @typedef {import('../link/clock.js').ClockReading} ClockReading */
/** @typedef {import('../music/loader.js').Loader} Loader */
/** @typedef {import('../output/output.js').Output} Output */

const TICK_MS = 100;
const SAMPLE_MS = 20;
/** Where a reading tells of a callback only by coming soon after it. */
const OFTEN_MS = 5;
/** Where the browser lets a page sound unasked, its stream begins when the page has settled: a device that runs dry as
 * it begins is badly known for a quarter of a minute (`reported.js`). */
const SETTLED_MS = 1_500;

export class Player extends EventTarget {
  /**
   * @param {object} options
   * @param {Loader} options.loader
   * @param {() => AudioContext} [options.createContext]
   * @param {import('../output/report_line.js').Platform} [options.platform]  whose reports may swing
   * @param {() => number} [options.now]
   * @param {() => number} [options.wallNow]
   */
  constructor({ loader, createContext = realContext, platform, now = () => performance.now(), wallNow }) {
    super();
    this.loader = loader;
    this.now = now;
    this.outputs = new Outputs({ createContext, now, platform });
    this.outputs.addEventListener('state', () => this.outputStateChanged());
    this.frames = new FrameTimes({ now, outputs: this.outputs });
    /** @type {TransportPart | null} the newest */
    this.part = null;
    /** @type {Passage[]} */
    this.passages = [];
    this.voices = new Voices({ frames: this.frames, store: loader.store });
    this.listening = false;
    this.hidden = false;
    this.resyncs = 0;
    this.splices = 0;
    this.handovers = 0;
    /** The doubt that led to the last one. @type {import('../output/reported.js').Doubt | null} */
    this.handoverReason = null;
    /** @type {number | null} */
    this.errorMs = null;
    this.createdMs = now();
    this.sleepWatch = new SleepWatch({ now, wallNow });
    this.resyncWatch = new ResyncWatch();
    /** @type {any[]} */
    this.timers = [];
  }

  /** Begin to look ahead (and, where the browser lets it, to learn the device's clock) without any sound. */
  open() {
    if (this.timers.length) return;
    this.timers = [setInterval(() => this.tick(), TICK_MS)];
  }

  close() {
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
    this.dropVoices();
    this.outputs.close();
  }

  /** The output, running if the browser allows that without a press. */
  prepare() {
    if (this.output) return this.output;
    const output = this.outputs.prepare();
    if (this.timers.length) { // else whoever ticks it samples, too
      this.timers.push(setInterval(() => this.outputs.sample(), output.map.echoing ? OFTEN_MS : SAMPLE_MS));
    }
    return output;
  }

  outputStateChanged() {
    this.dropVoices(); // what was laid would come too late
    this.dispatchEvent(new Event('audio'));
  }

  /** Sound from now on. Call it in the press. @returns {Promise<void>} resolves when the context runs */
  async listen() {
    const output = this.prepare();
    this.listening = true;
    if (!output.running) await output.context.resume();
    this.tick();
  }

  /** No sound on this device; the page goes on looking. */
  silence() {
    this.listening = false;
    this.voices.cut();
    this.errorMs = null;
  }

  get output() {
    return this.outputs.current;
  }

  /** @returns {AudioContext | null} */
  get context() {
    return this.output?.context ?? null;
  }

  /** @returns {'locked' | 'running' | 'suspended'} */
  get audio() {
    if (this.output?.running) return 'running';
    return this.listening ? 'suspended' : 'locked';
  }

  /** @param {ClockReading} reading  of server time, on the page's clock */
  setClock(reading) {
    const first = this.frames.clock === null;
    this.frames.clock = reading;
    this.voices.pace.stepMs = reading.stepMs;
    this.resyncWatch.stepMs = reading.stepMs;
    if (first) this.tick();
  }

  /** @param {TransportPart} part */
  setTransport(part) {
    this.part = part;
    this.passages = follow(this.passages, part);
    this.tick();
  }

  /** @param {number} trimMs */
  setTrimMs(trimMs) {
    const leapMs = trimMs - this.frames.trimMs;
    this.frames.trimMs = trimMs;
    if (wantsJump(leapMs)) this.reanchor(); // asked for: no stumble of the player's
  }

  tick() {
    const nowMs = this.now();
    if (this.hidden) this.outputs.sample(); // the timer for that may run once a minute
    const machine = this.sleepWatch.look(this.hidden);
    if (machine !== 'awake') this.slept(machine === 'stood still');
    if (this.timers.length && nowMs - this.createdMs > SETTLED_MS && this.loader.store.pending.size === 0) this.prepare();
    this.voices.hidden = this.hidden;
    const former = this.outputs.takeOver(this.voices.sounding);
    const nowUs = this.frames.nowUs();
    if (nowUs === null) return;
    const dueUs = nowUs + Math.min(0, this.frames.lateMs) * 1000; // a device that is to sound later needs what was due before
    this.passages = this.passages.filter((passage) => this.voices.byPassage.has(passage) || endUs(passage) > dueUs);
    const { stretches, prefetch } = ahead({
      passages: this.passages, part: this.part, nowUs: dueUs, listening: this.listening, openMs: nowMs - this.createdMs,
    });
    this.loader.ensure(stretches, prefetch);
    if (former) this.handOver(former, dueUs);
    if (!this.listening || !this.frames.ready) return;
    this.voices.keepUp(this.passages, dueUs);
    this.mend(nowMs);
  }

  /** What the former output sounded goes on from another one. @param {Output} former @param {number} dueUs */
  handOver(former, dueUs) {
    this.handovers += 1;
    this.handoverReason = former.map.doubt;
    this.resyncWatch.forget();
    this.voices.handOver(former, dueUs);
  }

  /** Look where the loudspeaker is against the timeline, and go over to there if gliding is not enough.
   * @param {number} nowMs */
  mend(nowMs) {
    this.errorMs = this.voices.errorMs();
    const wanted = this.resyncWatch.look(this.errorMs, nowMs);
    if (wanted === 'splice') {
      this.splices += 1;
      this.voices.splice();
    } else if (wanted === 'jump') {
      this.resyncs += 1;
      this.reanchor();
    }
  }

  /** Fade out, and come in again where the timeline is. */
  reanchor() {
    this.voices.cut();
    this.resyncWatch.forget();
    this.tick();
  }

  /** Another output sounds from now on: what was learnt of the one before says nothing about it. */
  outputChanged() {
    this.output?.map.reset('output_changed');
    this.errorMs = null;
    this.reanchor();
  }

  dropVoices() {
    this.voices.drop();
    this.errorMs = null;
  }

  /** What was laid is of the past. @param {boolean} clockStood  then what the page's clock said of the server's, too */
  slept(clockStood) {
    if (clockStood) this.frames.clock = null;
    this.dropVoices();
    this.output?.map.reset('page_slept');
    this.resyncs += 1;
    this.dispatchEvent(new Event('slept'));
  }
}
