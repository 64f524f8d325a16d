// @ts-check
/**
 * Where the music is at any instant, as arithmetic: the same as `playback/timeline.py`, and held to the same cases
 * (`tests/contract/timeline_cases.json`), as far as a page needs it: the server sends the tracks that come next.
 *
 * Units: instants are integer microseconds of server time, positions integer samples at 48 kHz. Everything stays an
 * exact integer: instants are about 2^51, so a product with 6 or 125 is split before it could pass 2^53.
 */

/** @typedef {import('../link/protocol').TransportPart} TransportPart */
/** @typedef {import('../link/protocol').TrackInfo} TrackInfo */
/**
 * @typedef {object} ChainLink  One track of a passage: it sounds at chain samples [start, end).
 * @property {number} entry
 * @property {TrackInfo} track
 * @property {number} start  chain sample of the track's sample 0; negative if the passage enters it in the middle
 * @property {number} end
 */

export const SAMPLE_RATE_HZ = 48_000;

/**
 * Whole samples from one instant to another, rounded down; negative if `endUs` is earlier.
 * @param {number} startUs @param {number} endUs
 */
function samplesBetween(startUs, endUs) {
  const us = endUs - startUs;
  const whole = Math.floor(us / 125); // 48 000 samples a second are 6 samples in 125 µs, exactly
  return whole * 6 + Math.floor(((us - whole * 125) * 6) / 125);
}

/**
 * Microseconds that samples take, rounded up: after that time they have all sounded.
 * @param {number} samples
 */
export function usFor(samples) {
  const whole = Math.floor(samples / 6);
  return whole * 125 + Math.ceil(((samples - whole * 6) * 125) / 6);
}

/**
 * The tracks that a playing transport will sound, on one axis: chain sample 0 is due at `at_us`, and each track starts
 * where the one before it ends. Nothing is due before chain sample 0. Empty if nothing plays.
 * @param {TransportPart} part
 * @returns {ChainLink[]}
 */
export function chain(part) {
  if (part.status !== 'playing' || !part.current) return [];
  let start = 0 - part.position;
  return [part.current, ...part.upcoming].map(({ entry, track }) => {
    const link = { entry, track, start, end: start + track.total_samples };
    start = link.end;
    return link;
  });
}

/**
 * What is due at `nowUs` by a transport part alone, whether or not the server has said yet that a track has changed.
 * @param {TransportPart} part @param {number} nowUs
 * @returns {{status: 'stopped' | 'paused' | 'playing', entry: number | null, track: TrackInfo | null, position: number}}
 *   `position` within the entry, in samples, 0 at least
 */
export function dueAt(part, nowUs) {
  const { status, entry, current } = part;
  if (status !== 'playing' || !current) return { status, entry, track: current?.track ?? null, position: part.position };
  const sample = Math.max(0, samplesBetween(part.at_us, nowUs));
  const links = chain(part);
  const link = links.find(({ end }) => sample < end);
  if (link) {
    return { status, entry: link.entry, track: link.track, position: Math.max(0, sample - link.start) };
  }
  const last = links[links.length - 1];
  const ended = part.upcoming.length === 0; // else the queue may go on: only the server knows
  return {
    status: ended ? 'stopped' : 'playing', entry: last.entry, track: last.track, position: last.track.total_samples,
  };
}
