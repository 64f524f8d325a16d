// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endUs, firstSample, follow } from '../../../static/js/music/schedule.js';
import { part } from '../support/room.js';

const queue = [{ id: 1, total_samples: 96_000 }, { id: 2, total_samples: 48_000 }, { id: 3, total_samples: 48_000 }];
const playing = (/** @type {number} */ entry, /** @type {number} */ position, /** @type {number} */ at_us, after = queue.slice(entry)) =>
  part({ status: 'playing', entry, position, at_us, repeat: 'off' }, queue[entry - 1], after);
const paused = (/** @type {number} */ at_us) => part({ status: 'paused', entry: 1, position: 0, at_us, repeat: 'off' }, queue[0]);

test('a pause lets sound what was agreed until it takes effect, and play starts a new passage after it', () => {
  let passages = follow([], playing(1, 0, 1_000_000));
  const [first] = passages;
  passages = follow(passages, paused(3_000_000));
  assert.deepEqual([passages.length, first.untilUs], [1, 3_000_000]);
  passages = follow(passages, playing(1, 90_000, 4_000_000));
  assert.deepEqual(passages.map(({ atUs, untilUs }) => [atUs, untilUs]), [[1_000_000, 3_000_000], [4_000_000, Infinity]]);
  assert.equal(firstSample(passages[1]), 0);
});

test('the server writing down that a track ended changes nothing of what sounds', () => {
  const passages = follow([], playing(1, 0, 1_000_000));
  const [passage] = passages;
  const again = follow(passages, playing(2, -96_000, 1_000_000));
  assert.equal(again[0], passage);
  assert.deepEqual(passage.links.map(({ entry, start }) => [entry, start]), [[1, 0], [2, 96_000], [3, 144_000]]);
  assert.equal(endUs(passage), 1_000_000 + 4_000_000);
});

test('another order behind the current track only changes what comes', () => {
  const passages = follow([], playing(1, 0, 1_000_000));
  follow(passages, playing(1, 0, 1_000_000, [queue[2]]));
  assert.deepEqual(passages[0].links.map(({ entry }) => entry), [1, 3]);
  assert.equal(passages.length, 1);
});

test('a seek in the same place at the same instant is another passage; one that never got to sound goes', () => {
  let passages = follow([], playing(1, 0, 1_000_000));
  passages = follow(passages, playing(1, 5_000, 2_000_000));
  passages = follow(passages, playing(1, 7_000, 2_000_000));
  assert.deepEqual(passages.map(({ atUs, untilUs, links: [{ start }] }) => [atUs, untilUs, start]), [
    [1_000_000, 2_000_000, 0], [2_000_000, Infinity, -7_000],
  ]);
});

test('a track that has yet to start is entered at its first sample', () => {
  const [passage] = follow([], playing(2, -480, 1_000_000));
  assert.equal(firstSample(passage), 480);
});

test('a room that stops leaves nothing to sound', () => {
  const passages = follow(follow([], playing(1, 0, 5_000_000)), paused(5_000_000));
  assert.deepEqual(passages, []);
});
