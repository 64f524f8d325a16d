// @ts-check
/** Rows that are drawn up and down by their grip, with a mouse or a finger. The keyboard has its own way (queue.js). */

/** This near an edge of the window, a drawn row makes the page scroll. */
const EDGE_PX = 56;
const SCROLL_PX_PER_FRAME = 9;

export class Reorder {
  /**
   * @param {HTMLElement} list  holds `li[data-entry]` with a `.grip`
   * @param {(entry: string, before: string | null) => Promise<unknown>} drop
   */
  constructor(list, drop) {
    this.list = list;
    this.drop = drop;
    /** @type {HTMLElement | null} */
    this.row = null;
    /** @type {(() => void)[]} */
    this.waiting = [];
    list.addEventListener('pointerdown', (event) => this.onPress(event));
    list.addEventListener('pointermove', (event) => this.onMove(event));
    list.addEventListener('pointerup', () => this.onRelease());
    list.addEventListener('pointercancel', () => this.onRelease());
  }

  /** Resolves once no row is in the hand. @returns {Promise<void>} */
  rest() {
    return this.row ? new Promise((resolve) => { this.waiting.push(resolve); }) : Promise.resolve();
  }

  /** @param {PointerEvent} event */
  onPress(event) {
    const grip = /** @type {Element} */ (event.target).closest('.grip');
    if (!grip || event.button !== 0 || this.row) return;
    event.preventDefault();
    this.row = /** @type {HTMLElement} */ (grip.closest('li[data-entry]'));
    this.next = this.row.nextElementSibling;
    this.row.dataset.dragging = '';
    this.list.setPointerCapture(event.pointerId);
    this.y = event.clientY;
    this.scrollAtEdges();
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.row) return;
    this.y = event.clientY;
    this.place();
  }

  /** Put the row where the pointer is: one step past each neighbour whose middle it has crossed. */
  place() {
    const { row, y } = this;
    if (!row || y === undefined) return;
    const middle = (/** @type {Element} */ other) => {
      const box = other.getBoundingClientRect();
      return box.top + box.height / 2;
    };
    while (row.previousElementSibling && y < middle(row.previousElementSibling)) {
      row.previousElementSibling.before(row);
    }
    while (row.nextElementSibling && y > middle(row.nextElementSibling)) row.nextElementSibling.after(row);
  }

  scrollAtEdges() {
    if (!this.row || this.y === undefined) return;
    if (this.y < EDGE_PX) scrollBy(0, -SCROLL_PX_PER_FRAME);
    else if (this.y > innerHeight - EDGE_PX) scrollBy(0, SCROLL_PX_PER_FRAME);
    this.place();
    requestAnimationFrame(() => this.scrollAtEdges());
  }

  async onRelease() {
    const { row, next } = this;
    if (!row) return;
    delete row.dataset.dragging;
    const before = /** @type {HTMLElement | null} */ (row.nextElementSibling);
    this.row = null;
    if (before !== next) await this.drop(row.dataset.entry ?? '', before?.dataset.entry ?? null);
    for (const go of this.waiting.splice(0)) go();
  }
}
