// @ts-check
/** The voices that sound now, one for each passage of music that is due: begun, laid ahead, mended and ended. */

import { Pace } from './pace.js';
import { firstSample } from '../music/schedule.js';
import { placeToSplice, SPLICE_MS } from './splice.js';
import { read } from '../music/joined_tracks.js';
import { SAMPLE_RATE_HZ } from '../music/timeline.js';
import { MARGIN_FRAMES, Voice } from './voice.js';

/** @typedef {import('../music/schedule.js').Passage} Passage */
/** @typedef {import('../output/output.js').Output} Output */
/** @typedef {import('./frame_times.js').FrameTimes} FrameTimes */
/** @typedef {import('../music/loader.js').Loader} Loader */
/** @typedef {import('./splice.js').Place} Place */

/** Sound laid ahead: enough for a page that is slow for a while; a hidden one may run only once a second, or worse. */
const HORIZON_MS = 4_000;
const HIDDEN_HORIZON_MS = 12_000;
/** Slices laid in one go, two seconds of sound: the first ones of a passage come amid all the other work of a beginning. */
const SLICES_AT_ONCE = 8;
/** Entering in the middle of the music. */
const LATE_FADE_MS = 20;
/** Starting, at its instant, inside a track: long enough not to click. */
const START_FADE_MS = 5;
/** What is laid anew begins this far ahead (250 ms) of the frames that are safe: a correction has time, and on a machine
 * that stalls between the taking back and the laying a margin of 60 ms left a hole of 4. */
const REPLAN_AHEAD_FRAMES = 12_000;

export class Voices {
  /** @param {{frames: FrameTimes, store: Pick<Loader['store'], 'get'>}} options */
  constructor({ frames, store }) {
    this.frames = frames;
    this.store = store;
    /** @type {Map<Passage, Voice>} */
    this.byPassage = new Map();
    /** Those that sound until another one takes over. @type {Map<Passage, Voice>} */
    this.leaving = new Map();
    this.pace = new Pace();
    this.hidden = false;
    this.underruns = 0;
  }

  get sounding() {
    return this.byPassage.size > 0;
  }

  /** @param {Passage[]} passages  that are due @param {number} dueUs  what is before that is over */
  keepUp(passages, dueUs) {
    for (const passage of passages) {
      const voice = this.byPassage.get(passage);
      if (voice) this.keep(passage, voice);
      else this.start(passage, dueUs);
    }
    for (const [passage, voice] of this.leaving) {
      if (passage.untilUs < Infinity) this.cutAt(voice, passage.untilUs);
      if (this.over(voice)) this.leaving.delete(passage);
    }
  }

  /** @param {Passage} passage @param {number} dueUs */
  start(passage, dueUs) {
    if (passage.untilUs <= dueUs) return;
    const target = this.frames.target(passage);
    const soonest = this.frames.soonest();
    const first = firstSample(passage);
    const frame = Math.round(target.frameAt(first));
    if (frame > soonest + this.horizonFrames()) return;
    if (frame < soonest) {
      const sample = Math.round(target.sampleAt(soonest));
      if (sample < passage.links[passage.links.length - 1].end) this.begin(passage, { frame: soonest, sample }, LATE_FADE_MS);
    } else {
      const onTop = passage.links.some(({ start }) => start === first);
      this.begin(passage, { frame, sample: first }, onTop ? 0 : START_FADE_MS);
    }
  }

  /**
   * @param {Passage} passage @param {Place} place @param {number} fadeMs
   * @returns {boolean}  whether it has begun: else there is nothing to sound yet
   */
  begin(passage, { frame, sample }, fadeMs) {
    const { output } = this.frames;
    if (!output) return false;
    const voice = new Voice({
      context: output.context, output: output.gain, links: passage.links, target: this.frames.target(passage), pace: this.pace,
      read: (links, from, end) => this.read(links, from, end),
    });
    voice.begin(frame, sample, fadeMs);
    voice.fill(frame + 1);
    if (voice.slices.length === 0) {
      voice.drop();
      return false;
    }
    this.byPassage.set(passage, voice);
    this.keep(passage, voice);
    return true;
  }

  /** @param {import('../music/timeline.js').ChainLink[]} links @param {number} from @param {number} end */
  read(links, from, end) {
    return read(links, (track, n) => this.store.get(track, n), from, end);
  }

  /** Lay what comes next of a voice, mend its pace, and end it where it ends. @param {Passage} passage @param {Voice} voice */
  keep(passage, voice) {
    const soonest = this.frames.soonest();
    if (voice.links !== passage.links) voice.follow(passage.links, soonest);
    if (passage.untilUs < Infinity && voice.endFrame === Infinity) this.cutAt(voice, passage.untilUs);
    if (voice.endFrame === Infinity) voice.replan(soonest + REPLAN_AHEAD_FRAMES);
    const whole = voice.fill(soonest + this.horizonFrames(), this.hidden ? Infinity : SLICES_AT_ONCE);
    voice.forget(soonest);
    if (this.over(voice)) {
      this.byPassage.delete(passage);
    } else if (!whole && voice.nextFrame < soonest) {
      this.underruns += 1;
      voice.cut(Math.max(voice.nextFrame - MARGIN_FRAMES / 2, this.frames.reachable()));
      this.byPassage.delete(passage); // comes in again, late, when there is something to sound
    }
  }

  /** @param {Voice} voice @param {number} us */
  cutAt(voice, us) {
    const frame = Math.round(this.frames.frameOf(us));
    if (frame < this.frames.soonest() + this.horizonFrames()) voice.cut(Math.max(frame, this.frames.reachable()));
  }

  /** Whether nothing of it is to be heard any more. @param {Voice} voice */
  over(voice) {
    const endFrame = Math.min(voice.endFrame, voice.complete ? voice.nextFrame : Infinity);
    return endFrame < (this.frames.output?.soundingFrame ?? 0);
  }

  horizonFrames() {
    return ((this.hidden ? HIDDEN_HORIZON_MS : HORIZON_MS) * SAMPLE_RATE_HZ) / 1000;
  }

  /** How far what sounds is ahead of the timeline, or null where nothing sounds. @returns {number | null} in ms */
  errorMs() {
    const { output } = this.frames;
    if (!output) return null;
    const frame = output.soundingFrame;
    let errorMs = null;
    for (const [passage, voice] of [...this.leaving, ...this.byPassage]) {
      const sample = voice.sampleAt(frame);
      if (sample !== null) errorMs = ((sample - this.frames.target(passage).sampleAt(frame)) * 1000) / SAMPLE_RATE_HZ;
    }
    return errorMs;
  }

  /** Go over to where the timeline is, unheard; what lacks the samples for that stays where it is. */
  splice() {
    for (const [passage, before] of this.byPassage) {
      const place = placeToSplice({
        read: (start, end) => this.read(passage.links, start, end),
        sounding: (frame) => before.sampleAt(frame),
        wanted: this.frames.target(passage).sampleAt,
      }, this.frames.soonest());
      if (!place || !this.begin(passage, place, SPLICE_MS)) continue;
      before.cut(place.frame, SPLICE_MS);
      this.leaving.set(passage, before);
    }
  }

  /** What the former output sounds goes on from another one. @param {Output} former @param {number} dueUs */
  handOver(former, dueUs) {
    const { output } = this.frames;
    if (!output) return;
    const before = this.byPassage;
    this.byPassage = new Map();
    this.leaving.clear();
    for (const [passage, voice] of before) {
      this.start(passage, dueUs);
      const frame = this.byPassage.get(passage)?.slices[0].frame ?? this.frames.soonest();
      const sameFrame = Math.round(former.frameAt(output.pageMsOf(frame)));
      voice.cut(Math.max(sameFrame, former.nextFrame), LATE_FADE_MS);
    }
  }

  /** Fade out now. */
  cut() {
    for (const voice of this.all()) voice.cut(this.frames.soonest());
    this.forget();
  }

  /** Be silent at once. */
  drop() {
    for (const voice of this.all()) voice.drop();
    this.forget();
  }

  all() {
    return [...this.leaving.values(), ...this.byPassage.values()];
  }

  forget() {
    this.leaving.clear();
    this.byPassage.clear();
  }
}
