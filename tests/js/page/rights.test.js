// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rightsWords } from '../../../static/js/page/rights.js';

/** @typedef {import('../../../static/js/page/rights.js').Held} Held */

/** @type {Record<string, Held>} */
const held = {
  host: { role: 'host', mayControl: true },
  listener: { role: 'listener', mayControl: true },
  bound: { role: 'listener', mayControl: false },
  visitor: { role: 'visitor', mayControl: false },
};

/** @type {[string, string, string | null][]} */
const cases = [
  ['listener', 'bound', 'Only the hosts choose the music now.'],
  ['bound', 'listener', 'You may choose the music now.'],
  ['bound', 'host', 'You are a host of this room now.'],
  ['listener', 'host', 'You are a host of this room now.'],
  ['host', 'bound', 'You are no longer a host of this room.'],
  ['listener', 'listener', null],
  ['host', 'host', null],
  ['visitor', 'listener', null], // they joined
  ['visitor', 'bound', null],
  ['listener', 'visitor', null], // they left
];

for (const [before, after, words] of cases) {
  test(`rights: from ${before} to ${after}`, () => assert.equal(rightsWords(held[before], held[after]), words));
}
