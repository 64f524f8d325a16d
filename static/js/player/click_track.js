// @ts-check
/**
 * Clicks at every whole second of the server's clock, laid by the same clocks, correction and trim as the music: two
 * devices side by side are in step when their clicks sound like one.
 */

import { SAMPLE_RATE_HZ } from '../music/timeline.js';

/** Short enough that a few milliseconds between two of them are heard as two. */
const CLICK_MS = 2;
const CLICK_HZ = 2_000;
/** Every fourth is louder and higher, so that a device that is a whole second off is heard, too. */
const ACCENT_EVERY = 4;
const ACCENT_HZ = 3_000;
const CLICK_LEVEL = 0.5;
const ACCENT_LEVEL = 0.9;
/** Somebody may walk away and forget it. */
const CLICKS_FOR_MS = 120_000;
/** Laid this far ahead (2.5 s): a page that is not in front runs only once a second. */
const HORIZON_FRAMES = 2.5 * SAMPLE_RATE_HZ;
/** What is laid is laid anew when it has come to miss its instant by more than this (0.1 ms), as a new trim makes it. */
const MISS_FRAMES = 5;
const SECOND_US = 1e6;

/** @typedef {import('./player.js').Player} Player */
/** @typedef {{us: number, frame: number, node: AudioBufferSourceNode}} Click */

/** Events: `change`, when it has begun or ended. */
export class ClickTrack extends EventTarget {
  /** @param {{player: Player}} options */
  constructor({ player }) {
    super();
    this.player = player;
    this.level = 1;
    /** @type {GainNode | null} while it runs */
    this.gain = null;
    /** @type {AudioContext | null} whose frames they are laid on */
    this.context = null;
    /** @type {Click[]} those that can still be taken back */
    this.laid = [];
    /** The last second whose click cannot be taken back any more: it is not to sound twice. */
    this.goneUs = -Infinity;
    this.startedMs = -Infinity;
  }

  get running() {
    return this.gain !== null;
  }

  /** @param {AudioContext} context */
  attach(context) {
    this.gain?.disconnect();
    this.gain = context.createGain();
    this.gain.gain.value = this.level;
    this.gain.connect(context.destination);
    this.context = context;
  }

  start() {
    const { context, listening } = this.player;
    if (this.running || !context || !listening) return;
    this.attach(context);
    this.startedMs = this.player.now();
    this.tick();
    this.dispatchEvent(new Event('change'));
  }

  stop() {
    if (!this.gain) return;
    this.takeBack(() => true);
    this.gain.disconnect();
    this.gain = null;
    this.dispatchEvent(new Event('change'));
  }

  /** @param {number} level  0 to 1, of amplitude */
  setLevel(level) {
    this.level = level;
    if (this.gain) this.gain.gain.value = level;
  }

  /** Lay what comes next. Call it at least once a second. */
  tick() {
    const { player } = this;
    if (!this.running) return;
    if (player.context && player.context !== this.context) {
      this.takeBack(() => true);
      this.attach(player.context);
    }
    if (!player.listening || player.now() - this.startedMs > CLICKS_FOR_MS) {
      this.stop();
    } else if (player.frames.ready) {
      this.lay();
    } else {
      this.takeBack(() => true); // its frames are those of a stream that stands still, or of another one
    }
  }

  lay() {
    const { frames } = this.player;
    const soonest = frames.soonest();
    for (const { us, frame } of this.laid) if (frame < soonest) this.goneUs = Math.max(this.goneUs, us);
    this.laid = this.laid.filter(({ frame }) => frame >= soonest);
    this.takeBack(({ us, frame }) => Math.abs(frames.frameOf(us) - frame) > MISS_FRAMES);
    const laid = new Set(this.laid.map(({ us }) => us));
    const first = Math.ceil(frames.serverUsOf(soonest) / SECOND_US) * SECOND_US;
    for (let us = first; frames.frameOf(us) < soonest + HORIZON_FRAMES; us += SECOND_US) {
      if (us > this.goneUs && !laid.has(us)) this.click(us, Math.round(frames.frameOf(us)));
    }
  }

  /** @param {number} us @param {number} frame */
  click(us, frame) {
    const { context } = this.player;
    if (!context || !this.gain) return;
    const samples = clickSamples((us / SECOND_US) % ACCENT_EVERY === 0);
    const buffer = context.createBuffer(1, samples.length, SAMPLE_RATE_HZ);
    buffer.copyToChannel(samples, 0);
    const node = context.createBufferSource();
    node.buffer = buffer;
    node.connect(this.gain);
    node.start(frame / SAMPLE_RATE_HZ);
    this.laid.push({ us, frame, node });
  }

  /** @param {(click: Click) => boolean} which */
  takeBack(which) {
    this.laid = this.laid.filter((click) => {
      if (!which(click)) return true;
      click.node.stop();
      click.node.disconnect();
      return false;
    });
  }
}

/** @param {boolean} accent */
export function clickSamples(accent) {
  const count = (CLICK_MS * SAMPLE_RATE_HZ) / 1000;
  const [hz, level] = accent ? [ACCENT_HZ, ACCENT_LEVEL] : [CLICK_HZ, CLICK_LEVEL];
  return Float32Array.from({ length: count }, (_, n) =>
    level * Math.sin((2 * Math.PI * hz * n) / SAMPLE_RATE_HZ) * Math.sin((Math.PI * n) / count) ** 2);
}
