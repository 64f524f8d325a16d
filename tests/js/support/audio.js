// @ts-check
/**
 * An audio device and the context on it, as a browser shows them: a render clock that moves a callback at a time, ahead
 * of the loudspeaker by a latency of which only an estimate is told. What really sounds, and when, is known to the test.
 */

import { random } from './random.js';

const RATE = 48_000;
const CALLBACK_FRAMES = 1024;
/** The server under such a stream asks for more every 10 ms of its own time. */
const PERIOD_MS = 10;
/** What Firefox states on Linux under its protection against fingerprinting. */
const CONSTANT_LATENCY_S = 0.025;

export class FakeParam {
  constructor(value = 1) {
    this.value = value;
    /** @type {[string, ...number[]][]} */
    this.events = [];
  }

  /** @param {...number} args */
  setValueAtTime(...args) { this.events.push(['set', ...args]); }

  /** @param {...number} args */
  linearRampToValueAtTime(...args) { this.events.push(['ramp', ...args]); }

  /** @param {...number} args */
  setTargetAtTime(...args) { this.events.push(['target', ...args]); }

  /** @param {number} at */
  cancelScheduledValues(at) { this.events = this.events.filter(([, , time]) => time < at); }
}

class FakeNode {
  constructor() { this.gain = new FakeParam(); }

  connect() {}

  disconnect() {}
}

export class FakeSource extends FakeNode {
  buffer = /** @type {any} */ (null);
  startedAt = NaN;
  stopped = false;

  /** @param {number} [at] */
  start(at = 0) { this.startedAt = at; }

  stop() { this.stopped = true; }
}

export class FakeContext {
  state = 'running';
  sampleRate = RATE;
  baseLatency = CALLBACK_FRAMES / RATE;
  destination = {};
  /** @type {(() => void) | null} */
  onstatechange = null;
  /** @type {FakeSource[]} */
  sources = [];
  /** @type {FakeNode[]} */
  gains = [];

  /**
   * @param {object} [options]
   * @param {number} [options.skewPpm]  the device's clock against the page's
   * @param {number} [options.latencyMs]  from a callback, at its earliest, to the loudspeaker
   * @param {(ageMs: number) => number} [options.lie]  what the reported latency is off by, in ms
   * @param {number} [options.seed]
   * @param {boolean} [options.stamps]  whether getOutputTimestamp() says anything
   * @param {boolean} [options.readLate]  whether a stamp is only as new as the last callback, but says that it is of now
   * @param {import('./coarse_clock.js').CoarseClock | null} [options.coarse]  in whose steps both of its clocks are read, as in a
   *   Firefox that is protected against fingerprinting; it states a constant latency then
   * @param {number} [options.startMs]  the page's performance.now() as it begins
   * @param {boolean} [options.firefox]  whether it states the latency of the first moment it is asked at, and reports
   *   nothing besides
   */
  constructor({
    skewPpm = 0, latencyMs = 85, lie = () => 0, seed = 1, stamps = true, readLate = false, firefox = false,
    coarse = null, startMs = 500,
  } = {}) {
    this.coarse = coarse;
    this.skewPpm = skewPpm;
    this.latencyMs = latencyMs;
    this.lie = lie;
    this.stamps = stamps;
    this.readLate = readLate;
    this.firefox = firefox;
    /** Firefox's come evenly, as it asks PulseAudio for whole buffers of its own. */
    this.callbackFrames = firefox ? 896 : CALLBACK_FRAMES;
    this.periodMs = firefox ? (896 * 1000) / RATE : PERIOD_MS;
    /** When Firefox was asked for its latency, and what it said. @type {{nowMs: number, sinceCallbackMs: number, s: number} | null} */
    this.asked = null;
    this.lastCallbackMs = -Infinity;
    this.random = random(seed);
    this.nowMs = startMs;
    this.startMs = startMs;
    this.rendered = 0;
    this.stamp = { contextTime: 0, performanceTime: 0 };
    /** Frames that the device lost or held at a time: its loudspeaker is that much later than its clock says. */
    this.slipMs = 0;
    /** Asked for ahead of what it was at first; what sounds does not change by that. */
    this.fillMs = 0;
    this.nextCallbackMs = this.nowMs;
  }

  get currentTime() {
    const s = this.rendered / RATE;
    return this.coarse ? this.coarse.read(s * 1000) / 1000 : s;
  }

  /** The page's clock, as it is read. */
  get readMs() { return this.coarse ? this.coarse.read(this.nowMs) : this.nowMs; }

  get outputLatency() {
    if (this.coarse) return CONSTANT_LATENCY_S;
    if (!this.firefox || !this.rendered) return this.firefox ? 0 : 0.056;
    const { nowMs } = this;
    const s = (this.rendered - this.soundedFrames(nowMs)) / RATE;
    this.asked ??= { nowMs, sinceCallbackMs: nowMs - this.lastCallbackMs, s };
    return this.asked.s;
  }

  getOutputTimestamp() {
    if (this.firefox) {
      const s = this.outputLatency;
      return { contextTime: Math.max(0, this.currentTime - s), performanceTime: this.readMs - s * 1000 };
    }
    if (!this.stamps || !this.rendered) return { contextTime: 0, performanceTime: 0 };
    return this.readLate ? { ...this.stamp, performanceTime: this.nowMs } : this.stamp;
  }

  createGain() {
    this.gains.push(new FakeNode());
    return /** @type {any} */ (this.gains[this.gains.length - 1]);
  }

  createConstantSource() {
    this.constant = Object.assign(new FakeSource(), { offset: new FakeParam() });
    return /** @type {any} */ (this.constant);
  }

  createBufferSource() {
    const source = new FakeSource();
    this.sources.push(source);
    return /** @type {any} */ (source);
  }

  /** @param {number} _channels @param {number} length */
  createBuffer(_channels, length) {
    const channels = [new Float32Array(length), new Float32Array(length)];
    return /** @type {any} */ ({
      length,
      getChannelData: (/** @type {number} */ i) => channels[i],
      copyToChannel: (/** @type {Float32Array} */ samples, /** @type {number} */ i) => channels[i].set(samples),
    });
  }

  /** Frames that the loudspeaker has sounded by a page time. @param {number} ms */
  soundedFrames(ms) {
    return ((ms - this.startMs - this.latencyMs - this.slipMs) * RATE * (1 + this.skewPpm * 1e-6)) / 1000;
  }

  /** @param {number} ms */
  advance(ms) {
    const until = this.nowMs + ms;
    while (this.nextCallbackMs <= until) {
      const lateMs = 0.05 + this.random.exponential(0.15) + (this.random.chance(0.02) ? this.random.between(0, 10) : 0);
      const askedMs = this.nextCallbackMs + lateMs;
      const delayMs = (this.rendered - this.soundedFrames(askedMs)) / RATE * 1000;
      if (this.state === 'running') {
        const ageMs = askedMs - this.startMs;
        this.stamp = { contextTime: this.currentTime - (delayMs + this.lie(ageMs)) / 1000, performanceTime: askedMs };
        this.rendered += this.callbackFrames;
        this.lastCallbackMs = askedMs;
      }
      // the next period of the device at which a whole callback is missing
      const due = this.startMs + this.slipMs - this.fillMs + (this.rendered * 1000) / (RATE * (1 + this.skewPpm * 1e-6));
      const period = this.periodMs / (1 + this.skewPpm * 1e-6);
      const origin = this.startMs + this.slipMs;
      this.nextCallbackMs = Math.max(this.nextCallbackMs + 1, origin + Math.ceil((due - origin) / period - 1e-9) * period);
    }
    this.nowMs = until;
  }

  /** Nothing runs, but for the page's clock. @param {number} ms */
  sleep(ms) {
    this.nowMs += ms;
    this.nextCallbackMs += ms;
    this.slipMs += ms;
  }

  async resume() {
    this.state = 'running';
    this.onstatechange?.();
  }

  async close() { this.state = 'closed'; }
}
