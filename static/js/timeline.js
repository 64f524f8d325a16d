// @ts-check
/**
 * Where the music is at any instant, as arithmetic: the same as `playback/timeline.py`, and held to the same cases
 * (`tests/contract/timeline_cases.json`).
 *
 * Units: instants are integer microseconds of server time, positions integer samples at 48 kHz. Everything stays an
 * exact integer: instants are about 2^51, so a product with 6 or 125 is split before it could pass 2^53.
 */

/** @typedef {import('./protocol').TransportPart} TransportPart */
/** @typedef {import('./protocol').TrackInfo} TrackInfo */
/** @typedef {{id: number, total_samples: number}} Entry  A track's place in a room's play order. */
/**
 * @typedef {object} Transport
 * @property {'stopped' | 'paused' | 'playing'} status
 * @property {number | null} entry
 * @property {number} position  samples; negative while the entry has yet to start
 * @property {number} at_us
 * @property {'off' | 'all' | 'one'} repeat
 */
/** @typedef {{entry: number, at_us: number}} Start  Entry `entry` begins to sound at `at_us`. */
/**
 * @typedef {object} Link  One track of a run: it sounds at chain samples [start, end).
 * @property {number} entry
 * @property {TrackInfo} track
 * @property {number} start  chain sample of the track's sample 0; negative if the run enters it in the middle
 * @property {number} end
 */

export const SAMPLE_RATE_HZ = 48_000;

/** Starts that `advance` reports at most, newest kept. */
export const MAX_STARTS_KEPT = 200;

/**
 * Whole samples from one instant to another, rounded down; negative if `endUs` is earlier.
 * @param {number} startUs @param {number} endUs
 */
export function samplesBetween(startUs, endUs) {
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
 * The sample due at `nowUs`. Negative: the entry starts that many samples from now.
 * @param {Pick<Transport, 'status' | 'position' | 'at_us'>} transport @param {number} nowUs
 */
export function positionAt(transport, nowUs) {
  if (transport.status !== 'playing') return transport.position;
  return transport.position + samplesBetween(transport.at_us, nowUs);
}

/**
 * The first microsecond at which `positionAt` has reached `sample`, for a playing transport.
 * @param {Pick<Transport, 'position' | 'at_us'>} transport @param {number} sample
 */
export function instantOf(transport, sample) {
  return transport.at_us + usFor(sample - transport.position);
}

/**
 * What plays when `entryId` ends, or null where the music stops.
 * @param {Entry[]} queue @param {number | null} entryId @param {'off' | 'all' | 'one'} repeat
 */
export function following(queue, entryId, repeat) {
  const index = queue.findIndex((entry) => entry.id === entryId);
  if (index < 0) return null;
  if (repeat === 'one') return queue[index];
  return queue[index + 1] ?? (repeat === 'all' ? queue[0] : null);
}

/**
 * The next `count` entries after the current one, in the order in which they will play.
 * @param {Entry[]} queue @param {Transport} transport @param {number} count
 */
export function upcoming(queue, transport, count) {
  /** @type {Entry[]} */
  const found = [];
  let entryId = transport.entry;
  while (found.length < count) {
    const entry = following(queue, entryId, transport.repeat);
    if (!entry) break;
    found.push(entry);
    entryId = entry.id;
  }
  return found;
}

/**
 * The transport as it stands at `nowUs`, and the entries that started since the anchor. The end of the queue leaves
 * the last entry stopped at its end.
 * @param {Transport} transport @param {Entry[]} queue @param {number} nowUs
 * @returns {{transport: Transport, starts: Start[]}}
 */
export function advance(transport, queue, nowUs) {
  const index = queue.findIndex((entry) => entry.id === transport.entry);
  if (transport.status !== 'playing' || index < 0) return { transport, starts: [] };
  transport = withoutOldRounds(transport, queue, index, nowUs);
  let entry = queue[index];
  /** @type {Start[]} */
  const starts = [];
  while (positionAt(transport, nowUs) >= entry.total_samples) {
    const ended = entry;
    const next = following(queue, ended.id, transport.repeat);
    if (!next) {
      const at_us = instantOf(transport, ended.total_samples);
      return { transport: { ...transport, status: 'stopped', position: ended.total_samples, at_us }, starts };
    }
    transport = { ...transport, entry: next.id, position: transport.position - ended.total_samples };
    starts.push({ entry: next.id, at_us: instantOf(transport, 0) });
    entry = next;
  }
  return { transport, starts: starts.slice(-MAX_STARTS_KEPT) };
}

/**
 * Leave out the rounds of a repeating queue that began more than MAX_STARTS_KEPT starts ago: nobody asks for them, and a
 * long absence must not cost a step for each.
 * @param {Transport} transport @param {Entry[]} queue @param {number} index @param {number} nowUs
 */
function withoutOldRounds(transport, queue, index, nowUs) {
  if (transport.repeat === 'off') return transport;
  const cycle = transport.repeat === 'all' ? queue : [queue[index]];
  const cycleSamples = cycle.reduce((sum, entry) => sum + entry.total_samples, 0);
  const keptRounds = 1 + Math.ceil(MAX_STARTS_KEPT / cycle.length);
  const oldRounds = Math.max(0, Math.floor(positionAt(transport, nowUs) / cycleSamples) - keptRounds);
  return { ...transport, position: transport.position - oldRounds * cycleSamples };
}

/**
 * The tracks that a playing transport will sound, on one axis: chain sample 0 is due at `at_us`, and each track starts
 * where the one before it ends. Nothing is due before chain sample 0. Empty if nothing plays.
 * @param {TransportPart} part
 * @returns {Link[]}
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
