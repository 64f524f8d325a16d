// @ts-check
/** A page that plays a queue of three tracks on a device whose loudspeaker can be looked at, and time to move by hand. */

import { PULSEAUDIO } from '../../../static/js/output/pulseaudio.js';
import { Player } from '../../../static/js/player/player.js';
import { SEGMENT_SAMPLES, samplesIn } from '../../../static/js/music/segment_grid.js';
import { FakeContext } from './audio.js';
import { part as roomPart } from './room.js';

export const SERVER_US = 1_795_000_000_000_000;
export const RATE = 48_000;
export const queue = [{ id: 1, total_samples: 60 * RATE + 7 }, { id: 2, total_samples: 90 * RATE + 5 }, { id: 3, total_samples: 5_000_000 }];

/** @type {Map<string, import('../../../static/js/music/segments.js').Segment>} */
const segments = new Map();

/** Every sample says where it is, as far as 12 bits go. @param {number} id @param {number} n */
function segment(id, n) {
  const key = `${id}:${n}`;
  const length = samplesIn(queue[id - 1].total_samples, n);
  const made = segments.get(key) ?? (() => {
    const pcm = Float32Array.from({ length }, (_, k) => ((n * SEGMENT_SAMPLES + k) % 4096) / 8192);
    return { rendition: 'aac-64', pcm: [pcm, pcm], lead: [pcm, pcm] };
  })();
  segments.set(key, made);
  return made;
}

/**
 * A page on a device: moves time, looks at what really sounds.
 * @param {ConstructorParameters<typeof FakeContext>[0]} [options]  of its first stream
 * @param {ConstructorParameters<typeof FakeContext>[0]} [laterOptions]  of those begun after that
 */
export function page(options, laterOptions) {
  const context = new FakeContext(options);
  /** All of its streams. @type {FakeContext[]} */
  const contexts = [];
  const createContext = () => {
    contexts.push(contexts.length ? new FakeContext({ ...laterOptions, startMs: context.nowMs }) : context);
    return /** @type {any} */ (contexts[contexts.length - 1]);
  };
  const missing = new Set();
  const store = {
    get: (/** @type {number} */ id, /** @type {number} */ n) => {
      if (missing.has('all') || missing.has(`${id}:${n}`)) return undefined;
      return segment(id, n);
    },
  };
  const loader = { store, ensure: () => {}, bufferedS: 30 };
  let stoodMs = 0; // of the page's clock, while the machine slept
  const player = new Player({
    loader: /** @type {any} */ (loader), createContext, platform: { curve: PULSEAUDIO, loading: false }, now: () => context.readMs,
    wallNow: () => context.readMs + stoodMs,
  });
  player.prepare();
  /** The worker has learnt the server's clock. */
  const learn = () => player.setClock({
    atMs: 0, serverUs: SERVER_US + stoodMs * 1000, slope: 0, residueMs: 0, sigmaMs: 0.1, boundMs: 1, rttMs: 2, exchanges: 16,
  });
  learn();
  const nowUs = () => SERVER_US + Math.round((context.nowMs + stoodMs) * 1000);
  const run = (/** @type {number} */ ms, /** @type {(() => void) | null} */ look = null) => {
    for (let passed = 0; passed < ms; passed += 20) {
      for (const each of contexts) each.advance(20);
      player.outputs.sample();
      if (passed % 100 === 0) player.tick();
      look?.();
    }
  };
  /** What the loudspeaker sounds now, as chain samples of each passage. */
  const sounding = () => {
    const current = /** @type {any} */ (player.context);
    const frame = current.soundedFrames(current.nowMs);
    return [...player.voices.byPassage].map(([each, voice]) => ({ passage: each, voice, sample: voice.sampleAt(frame) }))
      .filter(({ sample }) => sample !== null);
  };
  /** How far what sounds is from what is due, in ms, or null where nothing sounds. */
  const errorMs = () => {
    const [found] = sounding();
    if (!found) return null;
    return ((found.sample ?? 0) - ((nowUs() - found.passage.atUs) * 6) / 125) / 48;
  };
  /** Nothing runs, and nothing sounds. @param {number} ms @param {boolean} clockStands */
  const sleep = (ms, clockStands) => {
    if (clockStands) stoodMs += ms;
    else context.sleep(ms);
  };
  return { context, contexts, player, missing, run, nowUs, sounding, errorMs, sleep, learn };
}

/** Of tracks whose loudness is not known: their samples sound as they are.
 * @param {Parameters<typeof roomPart>} args */
export function part(...args) {
  const made = roomPart(...args);
  for (const entry of [made.current, ...made.upcoming]) if (entry) entry.track.loudness_lufs = null;
  return made;
}

export const playing = (/** @type {number} */ at_us, entry = 1, position = 0) => part(
  { status: 'playing', entry, position, at_us, repeat: 'off' }, queue[entry - 1], queue.slice(entry));
export const paused = (/** @type {number} */ at_us) => part({ status: 'paused', entry: 1, position: 0, at_us, repeat: 'off' }, queue[0]);

/** @param {import('./audio.js').FakeSource[]} sources */
export const laid = (sources) => sources.filter(({ stopped }) => !stopped)
  .map(({ startedAt, buffer }) => ({ frame: startedAt * RATE, length: buffer.length, buffer }))
  .sort((a, b) => a.frame - b.frame);
