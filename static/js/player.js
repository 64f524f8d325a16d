// @ts-check
/**
 * Sounds the room's timeline on this device: keeps voices on the runs of music that are due, at the instant at which
 * they are due at the loudspeaker, and mends whatever comes between.
 */

import { ahead } from './ahead.js';
import { Astray, wantsJump } from './astray.js';
import { FrameTimes } from './frame_times.js';
import { Output, realContext } from './output.js';
import { Pace } from './pace.js';
import { endUs, firstSample, follow } from './runs.js';
import { SleepWatch } from './sleep_watch.js';
import { read } from './tape.js';
import { SAMPLE_RATE_HZ } from './timeline.js';
import { MARGIN_FRAMES, Voice } from './voice.js';

/** @typedef {import('./protocol').TransportPart} TransportPart */
/** @typedef {import('./runs.js').Run} Run */
/** @typedef {import('./clock.js').ClockReading} ClockReading */
/** @typedef {import('./loader.js').Loader} Loader */

/** Sound laid ahead: enough for a page that is slow for a while; a hidden one may run only once a second, or worse. */
const HORIZON_MS = 4_000;
const HIDDEN_HORIZON_MS = 12_000;
const TICK_MS = 100;
const SAMPLE_MS = 20;
/** Where a reading tells of a callback only by coming soon after it. */
const OFTEN_MS = 5;
/** Slices laid in one go, two seconds of sound: the first ones of a run come amid all the other work of a beginning. */
const SLICES_AT_ONCE = 8;
/** Where the browser lets a page sound unasked, its stream begins when the page has settled: a device that runs dry as
 * it begins is badly known for a quarter of a minute (`output_report.js`). */
const SETTLED_MS = 1_500;
/** Entering in the middle of the music. */
const LATE_FADE_MS = 20;
/** Starting, at its instant, inside a track: long enough not to click. */
const START_FADE_MS = 5;
/** What is laid anew begins this far ahead (250 ms) of the frames that are safe: a correction has time, and on a machine
 * that stalls between the taking back and the laying a margin of 60 ms left a hole of 4. */
const REPLAN_AHEAD_FRAMES = 12_000;

export class Player extends EventTarget {
  /**
   * @param {object} options
   * @param {Loader} options.loader
   * @param {() => AudioContext} [options.createContext]
   * @param {() => number} [options.now]
   * @param {() => number} [options.wallNow]
   */
  constructor({ loader, createContext = realContext, now = () => performance.now(), wallNow }) {
    super();
    this.loader = loader;
    this.createContext = createContext;
    this.now = now;
    this.frames = new FrameTimes({ now });
    this.level = 1;
    /** @type {TransportPart | null} the newest */
    this.part = null;
    /** @type {Run[]} */
    this.runs = [];
    /** @type {Map<Run, Voice>} */
    this.voices = new Map();
    this.pace = new Pace();
    this.listening = false;
    this.hidden = false;
    this.even = true;
    this.underruns = 0;
    this.resyncs = 0;
    /** @type {number | null} */
    this.errorMs = null;
    this.createdMs = now();
    this.sleepWatch = new SleepWatch({ now, wallNow });
    this.astray = new Astray();
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
    this.output?.context.close();
    this.frames.output = null;
  }

  /** The output, running if the browser allows that without a press. */
  prepare() {
    if (this.output) return this.output;
    const { now, level } = this;
    const output = new Output({ context: this.createContext(), now, level });
    output.addEventListener('state', () => {
      this.dropVoices(); // what was laid would come too late
      this.dispatchEvent(new Event('audio'));
    });
    this.frames.output = output;
    if (this.timers.length) { // else whoever ticks it samples, too
      this.timers.push(setInterval(() => output.map.sample(), output.map.stated ? OFTEN_MS : SAMPLE_MS));
    }
    return output;
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
    for (const voice of this.voices.values()) voice.cut(this.frames.soonest());
    this.voices.clear();
    this.errorMs = null;
  }

  get output() {
    return this.frames.output;
  }

  /** @returns {AudioContext | null} */
  get context() {
    return this.output?.context ?? null;
  }

  /** @returns {'locked' | 'running' | 'suspended'} */
  get audio() {
    if (this.output?.running || this.output?.renewing) return 'running';
    return this.listening ? 'suspended' : 'locked';
  }

  /** @param {ClockReading} reading  of server time, on the page's clock */
  setClock(reading) {
    const first = this.frames.clock === null;
    this.frames.clock = reading;
    if (first) this.tick();
  }

  /** @param {TransportPart} part */
  setTransport(part) {
    this.part = part;
    this.runs = follow(this.runs, part);
    this.tick();
  }

  /** @param {number} level  0 to 1, of amplitude */
  setLevel(level) {
    this.level = level;
    this.output?.setLevel(level);
  }

  /** @param {number} trimMs */
  setTrimMs(trimMs) {
    const leapMs = trimMs - this.frames.trimMs;
    this.frames.trimMs = trimMs;
    if (wantsJump(leapMs)) this.reanchor(); // asked for: no stumble of the player's
  }

  tick() {
    const nowMs = this.now();
    if (this.hidden) this.output?.map.sample(); // the timer for that may run once a minute
    const machine = this.sleepWatch.look(this.hidden);
    if (machine !== 'awake') this.slept(machine === 'stood still');
    if (this.timers.length && nowMs - this.createdMs > SETTLED_MS && this.loader.store.pending.size === 0) this.prepare();
    if (this.voices.size === 0) this.output?.renew();
    const nowUs = this.frames.nowUs();
    if (nowUs === null) return;
    const dueUs = nowUs + Math.min(0, this.frames.lateMs) * 1000; // a device that is to sound later needs what was due before
    this.runs = this.runs.filter((run) => this.voices.has(run) || endUs(run) > dueUs);
    const { stretches, spare } = ahead({
      runs: this.runs, part: this.part, nowUs: dueUs, listening: this.listening, openMs: nowMs - this.createdMs,
    });
    this.loader.ensure(stretches, spare);
    if (!this.listening || !this.frames.ready) return;
    for (const run of this.runs) {
      const voice = this.voices.get(run);
      if (voice) this.keep(run, voice);
      else this.start(run, dueUs);
    }
    this.measure(nowMs);
  }

  /** @param {Run} run @param {number} dueUs */
  start(run, dueUs) {
    if (run.untilUs <= dueUs || !this.output) return;
    const target = this.frames.target(run);
    const soonest = this.frames.soonest();
    const first = firstSample(run);
    let frame = Math.round(target.frameAt(first));
    if (frame > soonest + this.horizonFrames()) return;
    let sample = first;
    let fadeMs = run.links.some(({ start }) => start === first) ? 0 : START_FADE_MS;
    if (frame < soonest) {
      frame = soonest;
      sample = Math.round(target.sampleAt(frame));
      fadeMs = LATE_FADE_MS;
      if (sample >= run.links[run.links.length - 1].end) return;
    }
    const voice = new Voice({
      context: this.output.context, output: this.output.gain, links: run.links, target, pace: this.pace,
      read: (links, from, end) => read(links, (track, n) => this.loader.store.get(track, n), from, end, this.even),
    });
    voice.begin(frame, sample, fadeMs);
    voice.fill(frame + 1);
    if (voice.slices.length === 0) {
      voice.drop(); // nothing to sound yet
      return;
    }
    this.voices.set(run, voice);
    this.keep(run, voice);
  }

  /** Lay what comes next of a voice, mend its pace, and end it where it ends. @param {Run} run @param {Voice} voice */
  keep(run, voice) {
    const soonest = this.frames.soonest();
    if (voice.links !== run.links) voice.follow(run.links, soonest);
    if (run.untilUs < Infinity && voice.endFrame === Infinity) {
      const cutFrame = Math.round(this.frames.frameOf(run.untilUs));
      if (cutFrame < soonest + this.horizonFrames()) voice.cut(Math.max(cutFrame, this.frames.reachable()));
    }
    if (voice.endFrame === Infinity) voice.replan(soonest + REPLAN_AHEAD_FRAMES);
    const whole = voice.fill(soonest + this.horizonFrames(), this.hidden ? Infinity : SLICES_AT_ONCE);
    voice.forget(soonest);
    const over = Math.min(voice.endFrame, voice.complete ? voice.nextFrame : Infinity) < (this.output?.soundingFrame ?? 0);
    if (over) {
      this.voices.delete(run);
    } else if (!whole && voice.nextFrame < soonest) {
      this.underruns += 1;
      voice.cut(Math.max(voice.nextFrame - MARGIN_FRAMES / 2, this.frames.reachable()));
      this.voices.delete(run); // comes in again, late, when there is something to sound
    }
  }

  horizonFrames() {
    return ((this.hidden ? HIDDEN_HORIZON_MS : HORIZON_MS) * SAMPLE_RATE_HZ) / 1000;
  }

  /** Where the loudspeaker is against the timeline, and whether that wants a jump. @param {number} nowMs */
  measure(nowMs) {
    this.errorMs = null;
    if (!this.output) return;
    const frame = this.output.soundingFrame;
    for (const [run, voice] of this.voices) {
      const sample = voice.sampleAt(frame);
      if (sample !== null) this.errorMs = ((sample - this.frames.target(run).sampleAt(frame)) * 1000) / SAMPLE_RATE_HZ;
    }
    if (!this.astray.look(this.errorMs, nowMs)) return;
    this.resyncs += 1;
    this.reanchor();
  }

  /** Fade out, and come in again where the timeline is. */
  reanchor() {
    for (const voice of this.voices.values()) voice.cut(this.frames.soonest());
    this.voices.clear();
    this.astray.forget();
    this.tick();
  }

  /** Another output sounds from now on: what was learnt of the one before says nothing about it. */
  outputChanged() {
    this.output?.map.reset();
    this.errorMs = null;
    this.reanchor();
  }

  dropVoices() {
    for (const voice of this.voices.values()) voice.drop();
    this.voices.clear();
    this.errorMs = null;
  }

  /** What was laid is of the past. @param {boolean} clockStood  then what the page's clock said of the server's, too */
  slept(clockStood) {
    if (clockStood) this.frames.clock = null;
    this.dropVoices();
    this.output?.map.reset();
    this.resyncs += 1;
    this.dispatchEvent(new Event('slept'));
  }
}
