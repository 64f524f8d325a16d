// @ts-check
/**
 * How much later than they say browsers sound, as far as anybody has found out. Pure.
 *
 * A browser that is not here counts as truthful: 0 means that nobody has measured it, unless a row says so. A row needs a
 * source; what a reader adds without one is a trim of that person's own. Of what a wireless speaker adds behind the
 * computer's back no browser knows anything, and no row could: that is the trim's, too.
 */

/** Goes up with every change of the rows, so that a reported number can be read later. */
export const LATENCY_TABLE_VERSION = 2;

/** @typedef {'blink' | 'gecko' | 'webkit'} Engine */
/** @typedef {'android' | 'ios' | 'linux' | 'macos' | 'windows'} System */
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

/** What a browser says of itself. @typedef {Pick<Navigator, 'userAgent'> & Partial<Pick<Navigator, 'platform' | 'maxTouchPoints'>>} Facts */

/**
 * @param {Facts} facts  `navigator`, or what it would say
 * @returns {{ms: number, row: Row | null}}  `ms`: the browser sounds that much later than it says
 */
export function correctionFor(facts) {
  const [engine, system] = [engineOf(facts), systemOf(facts)];
  const row = LATENCY_TABLE.find((each) => each.engine === engine && each.system === system) ?? null;
  return { ms: row?.lateMs ?? 0, row };
}

/** @param {Facts} facts @returns {Engine | null} */
function engineOf(facts) {
  const { userAgent } = facts;
  if (systemOf(facts) === 'ios') return 'webkit'; // every browser there, whatever its name
  if (/Firefox\//.test(userAgent)) return 'gecko';
  if (/Chrom(e|ium)\//.test(userAgent)) return 'blink';
  return /AppleWebKit\//.test(userAgent) ? 'webkit' : null;
}

/** @param {Facts} facts @returns {System | null} */
function systemOf({ userAgent, platform = '', maxTouchPoints = 0 }) {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios';
  if (/Android/.test(userAgent)) return 'android';
  if (/Windows/.test(userAgent)) return 'windows';
  if (/Linux|CrOS/.test(platform)) return 'linux'; // WebKitGTK calls itself a Macintosh before some sites
  if (/Macintosh/.test(userAgent)) return maxTouchPoints > 1 ? 'ios' : 'macos'; // an iPad that asks for desktop pages
  return /Linux|CrOS/.test(userAgent) ? 'linux' : null;
}
