// @ts-check
/** The room as far as this page has been told: parts by revision, so that no loss and no repetition does harm. Pure. */

/** @typedef {import('./protocol').RoomParts} RoomParts */
/** @typedef {import('./protocol').RoomUpdate} RoomUpdate */

export class RoomState {
  /** @param {{revision: number, parts: RoomParts}} [initial]  what the page was rendered with */
  constructor({ revision, parts } = { revision: 0, parts: {} }) {
    /** Everything up to here is known. */
    this.revision = revision;
    /** The parts that are told whole. @type {RoomParts} */
    this.parts = parts;
  }

  /**
   * @param {RoomUpdate} update
   * @returns {{changed: RoomParts, missed: boolean}}  what is new, and whether something before it never came. Lists
   *   are passed on: whoever shows one knows its revision.
   */
  apply({ revision, base_revision, parts, anew }) {
    const { lists, ...values } = parts;
    const missed = !anew && base_revision > this.revision;
    /** @type {any} */
    const changed = {};
    for (const [name, part] of Object.entries(values)) {
      const held = /** @type {any} */ (this.parts)[name];
      if (!part || (!anew && held && held.revision >= part.revision)) continue;
      changed[name] = part; // it is whole, so it is right even where another update is missing
    }
    this.parts = { ...this.parts, ...changed };
    // a server that was restored from a backup is behind what it said before, and says so; a late answer is not believed
    if (anew) this.revision = revision;
    else if (!missed) this.revision = Math.max(this.revision, revision);
    if (lists && Object.keys(lists).length) changed.lists = lists;
    return { changed, missed };
  }
}
