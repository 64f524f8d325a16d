// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syncWords } from '../../../static/js/page/sync_words.js';
import { asDuration, fill } from '../../../static/js/page/words.js';

/** @type {import('../../../static/js/player/heard.js').Heard[]} */
const silent = [
  'closed', 'connecting', 'no_output', 'interrupted', 'muted', 'own_volume_zero', 'clicking', 'room_volume_zero', 'reconnecting',
  'paused', 'stopped', 'looking_on', 'buffering', 'getting_in_step', 'coarse_clock',
];

/** @param {number | null} error_ms @param {number | null} offset_error_ms */
const inStep = (error_ms, offset_error_ms) => syncWords({ heard: 'in_step', error_ms, offset_error_ms, clock_step_ms: 0.1 });

test('state of sync: in step, it tells the wider of its two bounds', () => {
  assert.deepEqual(inStep(0.2, 0.41), { tone: 'good', words: 'In sync ±0.4 ms', note: '' });
  assert.deepEqual(inStep(-3.3, 0.41), { tone: 'good', words: 'In sync ±3.3 ms', note: '' });
});

test('state of sync: it never claims to be exact', () => {
  assert.equal(inStep(0, 0).words, 'In sync ±0.1 ms');
  assert.equal(inStep(0.2, null).words, 'In sync ±0.2 ms');
});

test('state of sync: every other one has words of its own, and none of them is good', () => {
  const said = silent.map((heard) => syncWords({ heard, error_ms: 0, offset_error_ms: 0, clock_step_ms: 0 }));
  assert.equal(new Set(said.map(({ words }) => words)).size, silent.length);
  assert.deepEqual(said.filter(({ tone }) => tone === 'good'), []);
});

test('state of sync: on a coarse clock it claims no more than a step, and says why and what to do', () => {
  const { tone, words, note } = syncWords({ heard: 'coarse_clock', error_ms: 0.2, offset_error_ms: 4.9, clock_step_ms: 16.667 });
  assert.deepEqual([tone, words], ['idle', 'Playing along, ±16.7 ms at best']);
  assert.match(note, /in steps of 16\.7 ms.*fingerprinting.*another browser/);
  assert.equal(syncWords({ heard: 'muted', error_ms: 0.2, offset_error_ms: 4.9, clock_step_ms: 16.667 }).note, '');
});

test('durations are written as players write them', () => {
  assert.deepEqual([-1, 0, 59.9, 225, 3723].map(asDuration), ['0:00', '0:00', '0:59', '3:45', '1:02:03']);
});

test('placeholders are filled, unknown ones left', () => {
  assert.equal(fill('%(a)s of %(b)s', { a: 0 }), '0 of %(b)s');
});
