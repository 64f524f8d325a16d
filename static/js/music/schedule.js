// @ts-check
/**
 * What is to sound, and until when: the transport parts that came, as stretches of music that cut each other off. Pure.
 *
 * A transport part takes effect at its `at_us`, usually a little ahead: until then what was agreed before sounds on. A
 * part that only goes on with the same music (the server wrote down that a track ended, or the queue changed behind the
 * current one) extends the passage that it belongs to.
 */

import { chain, usFor } from './timeline.js';

/** @typedef {import('../link/protocol').TransportPart} TransportPart */
/** @typedef {import('./timeline.js').ChainLink} ChainLink */
/**
 * @typedef {object} Passage
 * @property {number} atUs  chain sample 0 is due then
 * @property {ChainLink[]} links  never empty
 * @property {number} untilUs  it is silent from then on; Infinity while nothing is known to end it
 */

/** First chain sample that sounds. @param {Passage} passage */
export function firstSample({ links }) {
  return Math.max(0, links[0].start);
}

/** Chain sample of an instant, fractional. @param {Passage} passage @param {number} us */
export function sampleOf(passage, us) {
  return ((us - passage.atUs) * 6) / 125;
}

/** Instant of a chain sample, in fractional microseconds of server time. @param {Passage} passage @param {number} sample */
export function usOf(passage, sample) {
  return passage.atUs + (sample * 125) / 6;
}

/** When the passage is over, by its tracks or by what cut it off. @param {Passage} passage */
export function endUs({ atUs, links, untilUs }) {
  return Math.min(untilUs, atUs + usFor(links[links.length - 1].end));
}

/**
 * The passages after a transport part came. Passages that go on are the same objects as before.
 * @param {Passage[]} passages  in order of time
 * @param {TransportPart} part
 * @returns {Passage[]}
 */
export function follow(passages, part) {
  const links = chain(part);
  const last = passages[passages.length - 1];
  if (last && links.length && last.untilUs === Infinity && last.atUs === part.at_us) {
    const joint = last.links.findIndex(({ entry, start }) => entry === links[0].entry && start === links[0].start);
    if (joint >= 0) {
      last.links = [...last.links.slice(0, joint), ...links];
      return passages;
    }
  }
  const kept = passages.filter((passage) => {
    passage.untilUs = Math.min(passage.untilUs, part.at_us);
    return passage.untilUs > passage.atUs;
  });
  return links.length ? [...kept, { atUs: part.at_us, links, untilUs: Infinity }] : kept;
}
