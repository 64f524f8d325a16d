// @ts-check
/**
 * How much later than they say browsers sound, as far as anybody has found out. Pure.
 *
 * A browser that is not here counts as truthful: 0 means that nobody has measured it, unless a row says so. A row needs a
 * source; what a reader adds without one is a trim of that person's own. Of what a wireless speaker adds behind the
 * computer's back no browser knows anything, and no row could: that is the trim's, too.
 */

import { engineOf, systemOf } from './platform.js';

/** Goes up with every change of the rows, so that a reported number can be read later. */
export const LATENCY_TABLE_VERSION = 2;

/** @typedef {import('./platform.js').Engine} Engine */
/** @typedef {import('./platform.js').System} System */
/**
 * @typedef {object} Row
 * @property {Engine} engine
 * @property {System} system
 * @property {number} lateMs  it sounds that much later than it says; negative: earlier
 * @property {string} source
 */

const WEBKIT_ON_APPLE = 'heard by the developers of Sendspin: Safari and iOS stayed about 100 ms behind other players that '
  + 'trusted what their browsers reported (github.com/Sendspin/sendspin-js/pull/171, 2026-08)';

/** @type {readonly Row[]} */
export const LATENCY_TABLE = [
  { engine: 'webkit', system: 'ios', lateMs: 100, source: WEBKIT_ON_APPLE },
  { engine: 'webkit', system: 'macos', lateMs: 100, source: WEBKIT_ON_APPLE },
  { engine: 'blink', system: 'linux', lateMs: 0, source: 'the reference of tests/acoustic: the others are measured against it' },
  { engine: 'gecko', system: 'linux', lateMs: 0, source: 'tests/acoustic: 10 starts of Firefox 153 from 1.2 ms early to 2.5 late' },
  { engine: 'webkit', system: 'linux', lateMs: 71, source: 'tests/acoustic: 9 starts of WebKitGTK 2.50, 69 to 75 ms late' },
];

/**
 * @param {import('./platform.js').Facts} facts  `navigator`, or what it would say
 * @returns {{ms: number, row: Row | null}}  `ms`: the browser sounds that much later than it says
 */
export function correctionFor(facts) {
  const [engine, system] = [engineOf(facts), systemOf(facts)];
  const row = LATENCY_TABLE.find((each) => each.engine === engine && each.system === system) ?? null;
  return { ms: row?.lateMs ?? 0, row };
}
