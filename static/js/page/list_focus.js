// @ts-check
/**
 * The focus in a list of rows that is rendered anew while somebody is in it: it stays on its row wherever that goes, an
 * open menu stays open, and when the row is gone, the focus is on the one that came into its place.
 */

const ROW = 'li[id]';

/**
 * @param {HTMLElement} list
 * @param {() => Promise<unknown>} render
 * @param {() => HTMLElement | null} instead  where the focus goes when no row is left
 */
export async function keepFocus(list, render, instead) {
  const focused = document.activeElement;
  const row = list.contains(focused) ? focused?.closest(ROW) : null;
  const menu = list.querySelector('details.menu[open]')?.closest(ROW)?.id;
  const place = row ? rowsOf(list).indexOf(row) : -1;
  const control = row && focused ? controlsOf(row).indexOf(/** @type {HTMLElement} */ (focused)) : -1;
  const within = list.contains(focused);
  await render();
  if (menu) document.getElementById(menu)?.querySelector('details.menu')?.setAttribute('open', '');
  const now = document.activeElement; // what has just been hidden has the focus for a moment longer
  if (!within || (now && now !== document.body && isShown(now))) return;
  if (!row) {
    instead()?.focus();
    return;
  }
  const same = document.getElementById(row.id);
  const rows = rowsOf(list);
  const next = same ?? rows[Math.min(place, rows.length - 1)];
  const controls = next ? controlsOf(next) : [];
  // of another row, the button that every row shows: its menu's choices are folded
  const goal = controls[same ? control : controls.findIndex((each) => each.matches('summary'))] ?? controls.find(isShown);
  (goal ?? instead())?.focus();
}

/** @param {Element} list */
const rowsOf = (list) => [...list.querySelectorAll(ROW)];

/** @param {Element} row @returns {HTMLElement[]} */
const controlsOf = (row) => [...row.querySelectorAll(/** @type {'button'} */ ('button, summary, a[href]'))];

/** @param {Element} element */
const isShown = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility !== 'hidden';
