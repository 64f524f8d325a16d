// @ts-check
/**
 * What could not be fetched, and is fetched again once the server answers: when the network is back, when somebody looks
 * at the page again, when anything else has come through, and when a room's socket is open again.
 */

export class Refetch {
  constructor() {
    /** @type {Map<object, () => void>}  by what it is for: an element, say */
    this.waiting = new Map();
  }

  /** @param {object} what @param {() => void} fetchIt  puts itself here again if it fails again */
  later(what, fetchIt) {
    this.waiting.set(what, fetchIt);
  }

  /** It has come, or is not wanted any more. @param {object} what */
  forget(what) {
    this.waiting.delete(what);
  }

  /** The server answers. */
  now() {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const [what, fetchIt] of waiting) {
      if (/** @type {Partial<Element>} */ (what).isConnected !== false) fetchIt();
    }
  }
}

export const refetch = new Refetch();
