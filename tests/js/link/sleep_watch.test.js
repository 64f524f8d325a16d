// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SleepWatch } from '../../../static/js/link/sleep_watch.js';

/** @type {[string, {passedMs: number, wallMs: number, hidden?: boolean}, string][]} */
const looks = [
  ['a tick', { passedMs: 100, wallMs: 100 }, 'awake'],
  ['a stall', { passedMs: 4_000, wallMs: 4_000 }, 'awake'],
  ['a sleep through which the clock went on', { passedMs: 60_000, wallMs: 60_000 }, 'slept'],
  ['a hidden page, which runs once a minute', { passedMs: 60_000, wallMs: 60_000, hidden: true }, 'awake'],
  ['a sleep with which the clock stood still', { passedMs: 100, wallMs: 60_100 }, 'stood still'],
  ['the same of a hidden page', { passedMs: 1_000, wallMs: 61_000, hidden: true }, 'stood still'],
  ['a wall clock that is set right by a second', { passedMs: 100, wallMs: 1_100 }, 'awake'],
  ['a wall clock that is set back', { passedMs: 100, wallMs: -3_600_000 }, 'awake'],
];

for (const [what, { passedMs, wallMs, hidden = false }, expected] of looks) {
  test(`${what}: ${expected}`, () => {
    let nowMs = 5;
    let wallNowMs = 1_795_000_000_000;
    const watch = new SleepWatch({ now: () => nowMs, wallNow: () => wallNowMs });
    nowMs += passedMs;
    wallNowMs += wallMs;
    assert.equal(watch.look(hidden), expected);
    assert.equal(watch.look(hidden), 'awake', 'once');
  });
}
