// @ts-check
/**
 * What is heard on this device, and if it is not the room's music in step with the others, why not. The page's line of
 * words and the report to the server both say this, so that they cannot differ. Pure.
 */

import { COARSE_MS } from '../link/clock_step.js';

/** @typedef {'closed' | 'connecting' | 'no_output' | 'interrupted' | 'muted' | 'own_volume_zero' | 'clicking'
 *   | 'room_volume_zero' | 'reconnecting' | 'paused' | 'stopped' | 'looking_on' | 'buffering' | 'getting_in_step'
 *   | 'coarse_clock' | 'in_step'} Heard */

/** Beyond this a person hears two speakers as two (the echo threshold for clicks is near 10 ms). */
export const HEARD_APART_MS = 10;

/**
 * @typedef {object} Facts
 * @property {import('./listener.js').Connection} connection
 * @property {boolean} known  whether the server has told the room's state
 * @property {string} status  of the room: stopped, paused, playing
 * @property {boolean} listening  whether the person asked for sound on this device
 * @property {boolean} sounding  whether it came since
 * @property {boolean} running  whether the browser lets sound out now
 * @property {boolean} muted
 * @property {number} volume  this device's own, 0 to 1
 * @property {number} roomVolume  everybody's, 0 to 1
 * @property {boolean} clicking  the click track sounds in place of the music
 * @property {number | null} errorMs  where this player sounds against the timeline
 * @property {number | null} clockErrorMs  the clock's own bound
 * @property {number} clockStepMs  in which the clock is read; 0 while that is unknown
 */

/** How far this player is off at most. Of a coarse clock nobody knows where in its step it is.
 * @param {Pick<Facts, 'errorMs' | 'clockErrorMs' | 'clockStepMs'>} facts */
export function boundMs({ errorMs, clockErrorMs, clockStepMs }) {
  return Math.max(Math.abs(errorMs ?? Infinity), clockErrorMs ?? 0, clockStepMs > COARSE_MS ? clockStepMs : 0);
}

/** Music is due on this device. @param {Facts} facts */
const due = ({ listening, status }) => listening && status === 'playing';

/**
 * What may be the case, and when: the first that holds is said. Without the server nothing else is known; then comes why
 * nothing is heard, which its person may mend; then the network, which is heard only once the buffer is empty; last, how
 * well it plays along.
 * @type {readonly [Heard, (facts: Facts) => boolean][]}
 */
const ORDER = [
  ['closed', ({ connection }) => connection === 'closed'],
  ['connecting', ({ connection, known }) => connection === 'connecting' || !known],
  ['no_output', ({ listening, running, sounding }) => listening && !running && !sounding],
  ['interrupted', ({ listening, running }) => listening && !running],
  ['muted', (facts) => due(facts) && facts.muted],
  ['own_volume_zero', (facts) => due(facts) && facts.volume === 0],
  ['clicking', (facts) => due(facts) && facts.clicking],
  ['room_volume_zero', (facts) => due(facts) && facts.roomVolume === 0],
  ['reconnecting', ({ connection }) => connection === 'reconnecting'],
  ['paused', ({ status }) => status === 'paused'],
  ['stopped', ({ status }) => status !== 'playing'],
  ['looking_on', ({ listening }) => !listening],
  ['buffering', ({ errorMs }) => errorMs === null],
  // a coarse clock is never known better than its step, and waiting mends nothing
  ['getting_in_step', (facts) => boundMs(facts) > Math.max(HEARD_APART_MS, facts.clockStepMs)],
  ['coarse_clock', ({ clockStepMs }) => clockStepMs > COARSE_MS],
  ['in_step', () => true],
];

/** @param {Facts} facts @returns {Heard} */
export function heardOf(facts) {
  return /** @type {[Heard, unknown]} */ (ORDER.find(([, holds]) => holds(facts)))[0];
}

/** What `listener.report` calls it: what the others see of this person.
 * @type {Record<Heard, import('../link/protocol').ListenerReport['audio']>} */
export const REPORTED = {
  closed: 'locked',
  connecting: 'waiting',
  no_output: 'locked',
  interrupted: 'locked',
  muted: 'muted',
  own_volume_zero: 'muted',
  clicking: 'muted',
  room_volume_zero: 'muted',
  reconnecting: 'waiting',
  paused: 'waiting',
  stopped: 'waiting',
  looking_on: 'locked',
  buffering: 'buffering',
  getting_in_step: 'playing',
  coarse_clock: 'playing',
  in_step: 'playing',
};
