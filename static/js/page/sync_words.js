// @ts-check
/** How well this device plays along, in plain words. Pure: numbers in, words out. */

import { fill, gettext } from './words.js';

/** Beyond this a person hears two speakers as two (the echo threshold for clicks is near 10 ms). */
const HEARD_APART_MS = 10;

/**
 * @typedef {object} Hearing  what `Listener.status()` says, as far as it matters here
 * @property {string} connection  open, reconnecting, closed
 * @property {string} audio  locked: not asked for; running; suspended: asked for, and none comes out
 * @property {string} status  of the room: stopped, paused, playing
 * @property {number | null} error_ms  where this player sounds against the timeline
 * @property {number | null} [offset_error_ms]  the clock's own bound
 * @property {number} [buffered_s]
 */

/**
 * @param {Hearing} hearing
 * @param {boolean} sounding  whether the person asked for sound on this device
 * @returns {{tone: 'idle' | 'good' | 'busy' | 'bad', words: string}}
 */
export function syncWords(hearing, sounding) {
  if (hearing.connection === 'closed') return { tone: 'bad', words: gettext('Not connected') };
  if (hearing.connection === 'reconnecting') return { tone: 'busy', words: gettext('Reconnecting…') };
  if (hearing.connection !== 'open') return { tone: 'busy', words: gettext('Connecting…') };
  if (hearing.status === 'paused') return { tone: 'idle', words: gettext('Paused') };
  if (hearing.status !== 'playing') return { tone: 'idle', words: gettext('Stopped') };
  if (!sounding) {
    return hearing.audio === 'suspended' // pressed, but no device takes the sound, or not yet
      ? { tone: 'busy', words: gettext('Waiting for a sound output…') }
      : { tone: 'idle', words: gettext('Playing in the room') };
  }
  if (hearing.audio !== 'running') return { tone: 'busy', words: gettext('Sound interrupted: press anywhere to go on') };
  if (hearing.error_ms == null) return { tone: 'busy', words: gettext('Buffering…') };
  const bound_ms = Math.max(Math.abs(hearing.error_ms), hearing.offset_error_ms ?? 0);
  if (bound_ms > HEARD_APART_MS) return { tone: 'busy', words: gettext('Getting in step…') };
  return { tone: 'good', words: fill(gettext('In sync ±%(ms)s ms'), { ms: Math.max(0.1, bound_ms).toFixed(1) }) };
}
