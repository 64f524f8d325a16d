// @ts-check
/** What of the music a page is to hold ready: what will sound soon, and what may, if somebody presses a button. Pure. */

import { firstSample, sampleOf } from './schedule.js';
import { chain, SAMPLE_RATE_HZ } from './timeline.js';

/** @typedef {import('./schedule.js').Passage} Passage */
/** @typedef {import('./loader.js').Stretch} Stretch */

/** A network that is gone for half a minute is not heard. */
const LISTENER_WINDOW_S = 30;
/** For a page that only looks on: what a press will need at once. Not for ever, since nobody may ever press. */
const VISITOR_WINDOW_S = 6;
const VISITOR_PREFETCH_MS = 120_000;
/** The beginning of the next track, and what a paused room would go on with: a press is to sound at once, on a slow
 * network too. */
const HEAD_S = 6;

/**
 * @param {object} now
 * @param {Passage[]} now.passages  in order of time
 * @param {import('../link/protocol').TransportPart | null} now.part  the newest
 * @param {number} now.nowUs
 * @param {boolean} now.listening
 * @param {number} now.openMs  how long the page has been open
 * @returns {{stretches: Stretch[], prefetch: Stretch[]}}
 */
export function ahead({ passages, part, nowUs, listening, openMs }) {
  if (!listening && openMs > VISITOR_PREFETCH_MS) return { stretches: [], prefetch: [] };
  const windowS = listening ? LISTENER_WINDOW_S : VISITOR_WINDOW_S;
  const stretches = passages.map((passage) => ({
    links: passage.links,
    from: Math.floor(Math.max(firstSample(passage), sampleOf(passage, nowUs))),
    until: Math.ceil(Math.min(sampleOf(passage, nowUs + windowS * 1e6), sampleOf(passage, passage.untilUs))),
  }));
  const prefetch = [...onPlay(part), ...(listening ? nextHead(stretches[stretches.length - 1]) : [])];
  return { stretches, prefetch };
}

/** What "play" would sound, where nothing plays. @param {import('../link/protocol').TransportPart | null} part @returns {Stretch[]} */
function onPlay(part) {
  if (!part || part.status === 'playing') return [];
  const links = chain({ ...part, status: 'playing' }); // its sample 0 is where the music stands
  return links.length ? [{ links, from: 0, until: HEAD_S * SAMPLE_RATE_HZ }] : [];
}

/** @param {Stretch | undefined} last @returns {Stretch[]} */
function nextHead(last) {
  const next = last?.links.find(({ start }) => start > last.from);
  return last && next ? [{ links: last.links, from: next.start, until: next.start + HEAD_S * SAMPLE_RATE_HZ }] : [];
}
