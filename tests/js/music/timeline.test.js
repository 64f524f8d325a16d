// @ts-check
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { chain, dueAt, SAMPLE_RATE_HZ, usFor } from '../../../static/js/music/timeline.js';
import { endUs } from '../../../static/js/music/schedule.js';
import { part, track } from '../support/room.js';

const cases = JSON.parse(readFileSync(new URL('../../contract/timeline_cases.json', import.meta.url), 'utf8'));
/** @typedef {import('../support/room.js').Entry} Entry */
/** @typedef {import('../support/room.js').Transport} Transport */
/** @typedef {{name: string, queue: Entry[], transport: Transport, now_us: number, expect: any}} Case */

/** What `playback.timeline` has for a transport at an instant, exactly. @param {Transport} transport @param {number} nowUs */
function exactPosition({ status, position, at_us }, nowUs) {
  return status === 'playing' ? position + Number((BigInt(nowUs - at_us) * 6n) / 125n) : position;
}

/** Before the instant a page holds its place, and nothing has a negative one there. @param {Case} each */
const begun = ({ transport, now_us }) => now_us >= transport.at_us;

for (const { name, transport, now_us, expect } of cases.position_at.filter(begun)) {
  test(`the position ${name}`, () => {
    const shown = part(transport, { id: transport.entry, total_samples: Number.MAX_SAFE_INTEGER / 2 });
    assert.equal(dueAt(shown, now_us).position, Math.max(0, expect));
  });
}
for (const { name, transport, sample, expect } of cases.instant_of) {
  test(`the instant of ${name}`, () => {
    const [link] = chain(part(transport, { id: transport.entry, total_samples: sample }));
    assert.equal(endUs({ atUs: transport.at_us, links: [link], untilUs: Infinity }), expect);
  });
}
for (const { name, queue, transport, now_us, expect } of cases.advance) {
  const of = (/** @type {number | null} */ id) => queue.find((/** @type {Entry} */ each) => each.id === id);
  const { starts } = expect;
  const shown = part(transport, of(transport.entry), starts.map((/** @type {any} */ { entry }) => of(entry)));
  test(`tracks start when the server says: ${name}`, () => {
    assert.deepEqual(chain(shown).slice(1).map(({ entry, start }) => ({ entry, at_us: transport.at_us + usFor(start) })), starts);
  });
  if (!begun({ name, queue, transport, now_us, expect }) || !of(transport.entry)) continue;
  test(`what is due: ${name}`, () => {
    const { entry, position } = dueAt(shown, now_us);
    assert.deepEqual([entry, position], [expect.transport.entry, Math.max(0, exactPosition(expect.transport, now_us))]);
  });
}

test('samples and microseconds are exact beyond 2^53 / 6', () => {
  const us = 1_795_000_000_000_000;
  const endless = { id: 1, total_samples: Number.MAX_SAFE_INTEGER / 2 };
  for (const more of [0, 1, 20, 21, 124, 125]) {
    const shown = part({ status: 'playing', entry: 1, position: 0, at_us: 0, repeat: 'off' }, endless);
    assert.equal(BigInt(dueAt(shown, us + more).position), (BigInt(us + more) * 6n) / 125n);
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
