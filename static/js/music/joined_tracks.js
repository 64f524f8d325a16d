// @ts-check
/** The samples of tracks that follow each other: segments joined end to end, tracks too, every track at one loudness. */

import { SEGMENT_SAMPLES } from './segment_grid.js';
import { LEAD_SAMPLES } from './segments.js';

/** @typedef {import('./timeline.js').ChainLink} ChainLink */
/** @typedef {import('./segments.js').Segment} Segment */
/** @typedef {(track: number, n: number) => Segment | undefined} Held */
/** @typedef {{link: ChainLink, n: number}} Need */

/** Loudness that every track is brought to, as ReplayGain 2 does: a change of track does not send people to the knob. */
const TARGET_LUFS = -18;
/** A quiet track is raised no further than its peaks allow, and never by more than this: its noise is raised as well. */
const CEILING_DBTP = -1;
const MOST_GAIN_DB = 12;

/**
 * One constant for the whole of a track, as a factor.
 * @param {Pick<import('../link/protocol').TrackInfo, 'loudness_lufs' | 'true_peak_dbtp'>} track
 */
export function gainOf({ loudness_lufs, true_peak_dbtp }) {
  if (loudness_lufs === null) return 1;
  const db = Math.min(TARGET_LUFS - loudness_lufs, MOST_GAIN_DB, CEILING_DBTP - (true_peak_dbtp ?? 0));
  return 10 ** (Math.min(db, MOST_GAIN_DB) / 20);
}

/**
 * The segments that chain samples [start, end) lie in, in order. `end` may be Infinity: then to the last link's end.
 * @param {ChainLink[]} links @param {number} start @param {number} end
 * @returns {Generator<Need>}
 */
export function* needs(links, start, end) {
  for (const link of links) {
    const from = Math.max(start, link.start) - link.start;
    const to = Math.min(end, link.end) - link.start;
    if (from >= to) continue;
    for (let n = Math.floor(from / SEGMENT_SAMPLES); n * SEGMENT_SAMPLES < to; n++) yield { link, n };
  }
}

/**
 * Chain samples [start, end), or null if some of them are not decoded yet. Silence outside the tracks.
 * @param {ChainLink[]} links @param {Held} held @param {number} start @param {number} end
 * @returns {Float32Array[] | null}
 */
export function read(links, held, start, end) {
  const out = [new Float32Array(end - start), new Float32Array(end - start)];
  for (const { link, n } of needs(links, start, end)) {
    const segment = held(link.track.id, n);
    if (!segment) return null;
    const segmentStart = link.start + n * SEGMENT_SAMPLES;
    const segmentEnd = segmentStart + segment.pcm[0].length;
    const from = Math.max(start, segmentStart);
    const to = Math.min(end, segmentEnd);
    for (const channel of [0, 1]) {
      out[channel].set(segment.pcm[channel].subarray(from - segmentStart, to - segmentStart), from - start);
    }
    if (to > segmentEnd - LEAD_SAMPLES && segmentEnd < link.end) {
      const next = held(link.track.id, n + 1);
      if (!next) return null;
      if (next.rendition !== segment.rendition) crossfade(out, next, Math.max(from, segmentEnd - LEAD_SAMPLES), to, start, segmentEnd);
    }
    const gain = gainOf(link.track);
    if (gain !== 1) {
      for (const channel of out) for (let i = from - start; i < to - start; i++) channel[i] *= gain;
    }
  }
  return out;
}

/**
 * Over the last samples before a change of rendition, fade to what the next one makes of them: a hard cut clicks.
 * @param {Float32Array[]} out @param {Segment} next
 * @param {number} from @param {number} to @param {number} start  of `out` @param {number} join
 */
function crossfade(out, next, from, to, start, join) {
  for (let at = from; at < to; at++) {
    const k = LEAD_SAMPLES - (join - at);
    const share = 0.5 - 0.5 * Math.cos((Math.PI * (k + 0.5)) / LEAD_SAMPLES);
    for (const channel of [0, 1]) out[channel][at - start] += share * (next.lead[channel][k] - out[channel][at - start]);
  }
}
