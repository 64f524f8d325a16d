// @ts-check
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  advance, chain, dueAt, instantOf, MAX_STARTS_KEPT, positionAt, SAMPLE_RATE_HZ, samplesBetween, upcoming, usFor,
} from '../../static/js/timeline.js';
import { part, track } from './support/room.js';

const cases = JSON.parse(readFileSync(new URL('../contract/timeline_cases.json', import.meta.url), 'utf8'));

for (const { name, transport, now_us, expect } of cases.position_at) {
  test(`positionAt: ${name}`, () => assert.equal(positionAt(transport, now_us), expect));
}
for (const { name, transport, sample, expect } of cases.instant_of) {
  test(`instantOf: ${name}`, () => assert.equal(instantOf(transport, sample), expect));
}
for (const { name, queue, transport, count, expect } of cases.upcoming) {
  test(`upcoming: ${name}`, () => assert.deepEqual(upcoming(queue, transport, count).map(({ id }) => id), expect));
}
for (const { name, queue, transport, now_us, expect } of cases.advance) {
  test(`advance: ${name}`, () => assert.deepEqual(advance(transport, queue, now_us), expect));
  test(`the page's own chain agrees: ${name}`, () => {
    const { starts } = expect;
    if (!starts.length) return;
    const shown = part(transport, queue.find((/** @type {any} */ e) => e.id === transport.entry),
      upcoming(queue, transport, starts.length));
    const links = chain(shown).slice(1);
    assert.deepEqual(links.slice(0, starts.length).map(({ entry, start }) => ({
      entry, at_us: transport.at_us + usFor(start),
    })), starts);
  });
}
for (const { name, queue, transport, now_us, expect } of cases.long_absence) {
  test(`advance: ${name}`, () => {
    const found = advance(transport, queue, now_us);
    assert.equal(found.transport.entry, expect.entry);
    assert.equal(positionAt(found.transport, now_us), expect.position);
    assert.equal(found.starts.at(-1)?.at_us, expect.started_us);
    assert.ok(found.starts.length <= MAX_STARTS_KEPT);
  });
}

test('samplesBetween and usFor are exact beyond 2^53 / 6', () => {
  const us = 1_795_000_000_000_000;
  for (const more of [0, 1, 20, 21, 124, 125]) {
    assert.equal(BigInt(samplesBetween(0, us + more)), (BigInt(us + more) * 6n) / 125n);
  }
  const samples = 86_160_000_000_001;
  assert.equal(BigInt(usFor(samples)), (BigInt(samples) * 125n + 5n) / 6n);
});

test('three hours of tracks gather no rounding', () => {
  const queue = Array.from({ length: 60 }, (_, i) => ({ id: i + 1, total_samples: 8_640_001 + i }));
  const at_us = 1_795_000_000_000_003;
  const links = chain(part({ status: 'playing', entry: 1, position: 0, at_us, repeat: 'off' }, queue[0], queue.slice(1)));
  const total = queue.slice(0, -1).reduce((sum, entry) => sum + entry.total_samples, 0);
  assert.equal(links[59].start, total);
  assert.equal(links[59].start / SAMPLE_RATE_HZ > 3 * 3600 - 200, true);
});

const transport = { status: /** @type {const} */ ('playing'), entry: 1, position: 0, at_us: 1_000_000, repeat: /** @type {const} */ ('off') };
const queue = [{ id: 1, total_samples: 48_000 }, { id: 2, total_samples: 96_000 }];

test('dueAt follows the chain without the server', () => {
  const shown = part(transport, queue[0], queue.slice(1));
  assert.deepEqual(pick(dueAt(shown, 1_500_000)), ['playing', 1, 24_000]);
  assert.deepEqual(pick(dueAt(shown, 2_500_000)), ['playing', 2, 24_000]);
});

test('dueAt holds its place before the instant, and at an end of which the server has yet to speak', () => {
  const shown = part({ ...transport, position: 960 }, queue[0], queue.slice(1));
  assert.deepEqual(pick(dueAt(shown, 0)), ['playing', 1, 960]);
  assert.deepEqual(pick(dueAt(part(transport, queue[1], []), 9_000_000)), ['stopped', 2, 96_000]);
  assert.deepEqual(pick(dueAt(part(transport, queue[0], [queue[1]]), 9_000_000)), ['playing', 2, 96_000]);
});

test('a paused room is where it was paused', () => {
  const shown = part({ ...transport, status: 'paused', position: 77 }, queue[0], []);
  assert.deepEqual(pick(dueAt(shown, 9e9)), ['paused', 1, 77]);
  assert.deepEqual(chain(shown), []);
});

/** @param {ReturnType<typeof dueAt>} due */
function pick(due) {
  if (due.entry) assert.equal(due.track?.total_samples, track(queue[due.entry - 1]).total_samples);
  return [due.status, due.entry, due.position];
}
