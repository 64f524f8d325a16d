// @ts-check
/** What is heard on this device, in plain words. Pure: a state in, words out. */

import { boundMs } from '../player/heard.js';
import { fill, gettext } from './words.js';

/** @typedef {import('../player/heard.js').Heard} Heard */
/** @typedef {'idle' | 'good' | 'busy' | 'bad'} Tone  only what is heard in step is good */

/** No player knows itself better than this. */
const LEAST_MS = 0.1;

/** @type {Record<Heard, () => [Tone, string]>} */
const WORDS = {
  closed: () => ['bad', gettext('Not connected')],
  connecting: () => ['busy', gettext('Connecting…')],
  no_output: () => ['busy', gettext('Waiting for a sound output…')],
  interrupted: () => ['busy', gettext('Sound interrupted: press anywhere to go on')],
  muted: () => ['idle', gettext('Muted here')],
  own_volume_zero: () => ['idle', gettext('My volume is at 0')],
  clicking: () => ['idle', gettext('Clicks in place of the music')],
  room_volume_zero: () => ['idle', gettext("Everybody's volume is at 0")],
  reconnecting: () => ['busy', gettext('Reconnecting…')],
  paused: () => ['idle', gettext('Paused')],
  stopped: () => ['idle', gettext('Stopped')],
  looking_on: () => ['idle', gettext('Playing in the room')],
  buffering: () => ['busy', gettext('Buffering…')],
  getting_in_step: () => ['busy', gettext('Getting in step…')],
  coarse_clock: () => ['idle', gettext('Playing along, ±%(ms)s ms at best')],
  in_step: () => ['good', gettext('In sync ±%(ms)s ms')],
};

/** Why a coarse clock is one, and what can be done. */
const CLOCK_NOTE = () => gettext('This browser reads its clock in steps of %(ms)s ms and hides how late its sound is, as a protection against fingerprinting. With an exception for this site, or in another browser, the music plays in sync. If this speaker is early or late, “Fine tuning” helps.');

/**
 * @param {{heard: Heard, error_ms: number | null, offset_error_ms: number | null, clock_step_ms: number | null}} status  of the
 *   listener
 * @returns {{tone: Tone, words: string, note: string}}  `note`: a sentence more, or none
 */
export function syncWords({ heard, error_ms, offset_error_ms, clock_step_ms }) {
  const [tone, text] = WORDS[heard]();
  const clockStepMs = clock_step_ms ?? 0;
  const ms = Math.max(LEAST_MS, boundMs({ errorMs: error_ms, clockErrorMs: offset_error_ms, clockStepMs })).toFixed(1);
  const note = heard === 'coarse_clock' ? fill(CLOCK_NOTE(), { ms: clockStepMs.toFixed(1) }) : '';
  return { tone, words: fill(text, { ms }), note };
}
