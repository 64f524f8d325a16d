// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COARSE_MS } from '../../../static/js/link/clock_step.js';
import { heardOf, REPORTED } from '../../../static/js/player/heard.js';

/** @typedef {import('../../../static/js/player/heard.js').Facts} Facts */

/** @type {Facts} */
const facts = {
  connection: 'open', known: true, status: 'playing', listening: true, sounding: true, running: true, muted: false, volume: 1,
  roomVolume: 1, clicking: false, errorMs: 0.2, clockErrorMs: 0.41, clockStepMs: 0.1,
};

/** @type {[string, Partial<Facts>, string][]} */
const cases = [
  ['in step', {}, 'in_step'],
  ['a clock whose error is not known yet is left out', { clockErrorMs: null }, 'in_step'],
  ['just not heard apart', { errorMs: -10 }, 'in_step'],
  ['apart, as one hears it', { errorMs: 10.1 }, 'getting_in_step'],
  ['a clock that is too badly known', { clockErrorMs: 10.1 }, 'getting_in_step'],
  ['a coarse clock', { clockErrorMs: 4.9, clockStepMs: 16.667 }, 'coarse_clock'],
  ['a clock just not coarse', { clockStepMs: COARSE_MS }, 'in_step'],
  ['a coarse clock, and within its step', { errorMs: 16.6, clockErrorMs: 4.9, clockStepMs: 16.667 }, 'coarse_clock'],
  ['a coarse clock, and beyond its step', { errorMs: 16.7, clockErrorMs: 4.9, clockStepMs: 16.667 }, 'getting_in_step'],
  ['the coarsest clock', { clockErrorMs: 29, clockStepMs: 100 }, 'coarse_clock'],
  ['a coarse clock, and nothing to sound', { errorMs: null, clockStepMs: 16.667 }, 'buffering'],
  ['due but not there', { errorMs: null }, 'buffering'],
  ['only looking on', { listening: false, sounding: false, running: false, errorMs: null }, 'looking_on'],
  ['stopped', { status: 'stopped', errorMs: null }, 'stopped'],
  ['paused', { status: 'paused', errorMs: null }, 'paused'],
  ['cut off, with music in hand', { connection: 'reconnecting' }, 'reconnecting'],
  ['cut off, with none left', { connection: 'reconnecting', errorMs: null }, 'reconnecting'],
  ['cut off, and only looking on', { connection: 'reconnecting', listening: false }, 'reconnecting'],
  ['cut off, in a room that had stopped', { connection: 'reconnecting', status: 'stopped' }, 'reconnecting'],
  ["the host's", { roomVolume: 0 }, 'room_volume_zero'],
  ['clicks, which the volume of everybody leaves alone', { clicking: true, roomVolume: 0 }, 'clicking'],
  ['clicks that are turned down', { clicking: true, volume: 0 }, 'own_volume_zero'],
  ['muted says more than a volume', { muted: true, volume: 0, clicking: true, roomVolume: 0 }, 'muted'],
  ['muted is why nothing is heard, cut off or not', { muted: true, connection: 'reconnecting' }, 'muted'],
  ['nothing is due: then muting is not the reason', { muted: true, status: 'paused' }, 'paused'],
  ['a mute of former times, while only looking on', { muted: true, listening: false }, 'looking_on'],
  ['the system took the sound away', { running: false, muted: true }, 'interrupted'],
  ['pressed, and no output there', { running: false, sounding: false }, 'no_output'],
  ['pressed in a stopped room, and no output there', { running: false, sounding: false, status: 'stopped' }, 'no_output'],
  ['not there yet', { connection: 'connecting', known: false, status: 'stopped' }, 'connecting'],
  ['connected, and not told yet', { known: false, status: 'stopped' }, 'connecting'],
  ['gone', { connection: 'closed', muted: true }, 'closed'],
];

for (const [name, change, expected] of cases) {
  test(`what is heard: ${name}`, () => assert.equal(heardOf({ ...facts, ...change }), expected));
}

/** Every combination of these. @type {{[name in keyof Facts]: Facts[name][]}} */
const possible = {
  connection: ['connecting', 'open', 'reconnecting', 'closed'], known: [true, false], status: ['stopped', 'paused', 'playing'],
  listening: [true, false], sounding: [true, false], running: [true, false], muted: [true, false], volume: [0, 0.01],
  roomVolume: [0, 0.01], clicking: [true, false], errorMs: [null, 0, -11], clockErrorMs: [null, 0, 11], clockStepMs: [0.1],
};

/** @returns {Facts[]} */
function everyCase() {
  return Object.entries(possible).reduce(
    (/** @type {any[]} */ made, [name, values]) => made.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))), [{}]);
}

test('it is in step, and said to hear it, only where the music can be heard', () => {
  const all = everyCase();
  const good = all.filter((one) => heardOf(one) === 'in_step');
  assert.equal(all.length, 27_648);
  // error 0 and a clock whose error is unknown or 0, whether or not it began to sound with this press
  assert.equal(good.length, 4);
  for (const one of all) {
    const audible = one.connection !== 'closed' && one.known && one.status === 'playing' && one.listening && one.running
      && !one.muted && one.volume > 0 && one.roomVolume > 0 && !one.clicking && one.errorMs !== null;
    const heard = heardOf(one);
    if (heard === 'in_step' || REPORTED[heard] === 'playing') assert.ok(audible, JSON.stringify(one));
  }
});
