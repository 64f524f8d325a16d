// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syncWords } from '../../static/js/page/sync_words.js';
import { asDuration, fill } from '../../static/js/page/words.js';

const hearing = {
  connection: 'open', audio: 'running', status: 'playing', error_ms: 0.2, offset_error_ms: 0.41, buffered_s: 20,
};

/** @type {[string, object, boolean, {tone: string, words: string}][]} */
const cases = [
  ['in step, it tells the wider of its two bounds', {}, true, { tone: 'good', words: 'In sync ±0.4 ms' }],
  ['late and early count alike', { error_ms: -3.3 }, true, { tone: 'good', words: 'In sync ±3.3 ms' }],
  ['it never claims to be exact', { error_ms: 0, offset_error_ms: 0 }, true, { tone: 'good', words: 'In sync ±0.1 ms' }],
  ['a clock without a bound is left out', { offset_error_ms: null }, true, { tone: 'good', words: 'In sync ±0.2 ms' }],
  ['apart as one hears it is not in sync', { error_ms: 12 }, true, { tone: 'busy', words: 'Getting in step…' }],
  ['due but not there', { error_ms: null }, true, { tone: 'busy', words: 'Buffering…' }],
  ['the system took the sound away', { audio: 'suspended' }, true, { tone: 'busy', words: 'Sound interrupted: press anywhere to go on' }],
  ['pressed, and no output there', { audio: 'suspended' }, false, { tone: 'busy', words: 'Waiting for a sound output…' }],
  ['only looking on', { audio: 'locked', error_ms: null }, false, { tone: 'idle', words: 'Playing in the room' }],
  ['paused', { status: 'paused', error_ms: null }, true, { tone: 'idle', words: 'Paused' }],
  ['stopped', { status: 'stopped', error_ms: null }, true, { tone: 'idle', words: 'Stopped' }],
  ['cut off', { connection: 'reconnecting' }, true, { tone: 'busy', words: 'Reconnecting…' }],
  ['not there yet', { connection: 'connecting' }, false, { tone: 'busy', words: 'Connecting…' }],
  ['gone', { connection: 'closed' }, true, { tone: 'bad', words: 'Not connected' }],
];

for (const [name, change, sounding, expected] of cases) {
  test(`state of sync: ${name}`, () => assert.deepEqual(syncWords({ ...hearing, ...change }, sounding), expected));
}

test('durations are written as players write them', () => {
  assert.deepEqual([-1, 0, 59.9, 225, 3723].map(asDuration), ['0:00', '0:00', '0:59', '3:45', '1:02:03']);
});

test('placeholders are filled, unknown ones left', () => {
  assert.equal(fill('%(a)s of %(b)s', { a: 0 }), '0 of %(b)s');
});
