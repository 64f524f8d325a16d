// @ts-check
/** How a list on the page becomes the next one: the steps that `playback/lists.py` made, done to its rows. */

/** @typedef {import('../link/protocol').ListPart} ListPart */

/** @param {Element} row */
export const idOf = (row) => row.getAttribute('data-id') ?? row.getAttribute('data-entry') ?? '';

/**
 * Take out what is gone, then put each row where it belongs. A row that belongs in front
 * of one that is not here is outside of the stretch that this page shows.
 * @param {HTMLElement} list @param {ListPart} part @param {boolean} [whole]  the list ends where the page's does
 */
export function applySteps(list, { gone, rows }, whole = true) {
  const held = new Map([...list.children].map((row) => [idOf(row), row]));
  for (const id of gone ?? []) held.get(String(id))?.remove();
  for (const { id, before, html } of rows ?? []) {
    const next = before === null ? null : held.get(String(before));
    const old = held.get(String(id));
    if (before === null ? !whole : !next?.isConnected) {
      old?.remove();
      continue;
    }
    const row = old?.isConnected && sameRow(old, html) ? old : rendered(html);
    if (old !== row) old?.remove();
    if (row.nextElementSibling !== (next ?? null) || !row.isConnected) list.insertBefore(row, next ?? null);
    held.set(String(id), row);
  }
}

/** @param {Element} row @param {string} html */
function sameRow(row, html) {
  if (!source.has(row)) return false;
  return source.get(row) === html;
}

/** What a row was made of. Rows of the page's own HTML are not known, and are made anew once. @type {WeakMap<Element, string>} */
const source = new WeakMap();

/** @param {string} html @returns {Element} */
function rendered(html) {
  const template = document.createElement('template');
  template.innerHTML = html.trim();
  const row = /** @type {Element} */ (template.content.firstElementChild);
  source.set(row, html);
  return row;
}
