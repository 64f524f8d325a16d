// @ts-check
/** What this browser keeps about its outputs: the person's trim of each, for as long as the browser keeps anything. */

const KEY = 'synchro.device';
/** Wireless speakers that process what they play hold it back by up to 0.8 s, and players of this kind were asked for
 * more than 1 s; beyond 2 s the slip is of another kind, and music is laid only 4 s ahead. */
export const MOST_TRIM_MS = 2_000;

/** @typedef {import('./output_device.js').Kind} Kind */
/**
 * @typedef {object} Held
 * @property {Record<string, number>} trimsMs  by the key of an output
 * @property {Kind} [kind]  of the output that was used last
 * @property {number} [trimMs]  of the time before outputs were told apart, when it was every output's
 */

/** @param {number} trimMs @returns {number} within what is possible, in tenths; 0 for what is no number */
export function possibleTrim(trimMs) {
  const tenths = Math.round(trimMs * 10) / 10;
  return Math.min(MOST_TRIM_MS, Math.max(-MOST_TRIM_MS, tenths)) || 0;
}

export class DeviceMemory {
  /** @param {() => Pick<Storage, 'getItem' | 'setItem'>} [storage]  may throw: a browser may forbid to store */
  constructor(storage = () => localStorage) {
    this.storage = storage;
  }

  /**
   * The trim of the first of these that has one. A name that became known only now has none yet: its kind has.
   * @param {...string} keys  of an output, the most exact first
   */
  trimOf(...keys) {
    const { trimsMs, trimMs } = this.held();
    const key = keys.find((each) => Object.hasOwn(trimsMs, each));
    return possibleTrim(key === undefined ? trimMs ?? 0 : trimsMs[key]);
  }

  /** @param {string} key @param {number} trimMs */
  keepTrim(key, trimMs) {
    const held = this.held(); // read anew each time: another page may have kept something meanwhile
    this.keep({ ...held, trimsMs: { ...held.trimsMs, [key]: trimMs } });
  }

  /** Of the output that was used last: what to take this one for until it shows. @returns {Kind | undefined} */
  get kind() {
    return this.held().kind;
  }

  /** @param {Kind} kind */
  keepKind(kind) {
    this.keep({ ...this.held(), kind });
  }

  /** @returns {Held} */
  held() {
    try {
      const held = JSON.parse(this.storage().getItem(KEY) ?? '{}');
      return { ...held, trimsMs: { ...held.trimsMs } };
    } catch { // forbidden, or something else is there
      return { trimsMs: {} };
    }
  }

  /** @param {Held} held */
  keep(held) {
    try {
      this.storage().setItem(KEY, JSON.stringify(held));
    } catch {
      // then it is forgotten with the page
    }
  }
}
