// @ts-check
/** The room as far as this page has been told: parts by revision, so that no loss and no repetition does harm. Pure. */

/** @typedef {import('./protocol').RoomParts} RoomParts */
/** @typedef {import('./protocol').RoomUpdate} RoomUpdate */

export class RoomState {
  constructor() {
    /** Everything up to here is known. */
    this.revision = 0;
    /** @type {RoomParts} */
    this.parts = {};
  }

  /**
   * @param {RoomUpdate} update
   * @returns {{changed: RoomParts, missed: boolean}}  what is new, and whether something before it never came
   */
  apply({ revision, base_revision, parts }) {
    // a server that is behind what it said before was restored from a backup: it tells everything anew, from 0
    const anew = base_revision === 0 && revision < this.revision;
    const missed = base_revision > this.revision;
    /** @type {any} */
    const changed = {};
    for (const [name, part] of Object.entries(parts)) {
      const held = /** @type {any} */ (this.parts)[name];
      if (!part || (!anew && held && held.revision >= part.revision)) continue;
      changed[name] = part; // a part is whole, so it is right even where another update is missing
    }
    this.parts = { ...this.parts, ...changed };
    if (anew) this.revision = revision;
    else if (!missed) this.revision = Math.max(this.revision, revision);
    return { changed, missed };
  }
}
