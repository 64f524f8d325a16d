// @ts-check
/**
 * A press on "Listen" that comes before the page can answer it, as on a slow network: kept until it can. Without this the
 * form would be sent, and the page load anew.
 */

let pressed = false;

/** @param {Event} event */
function keep(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.id !== 'join') return;
  event.preventDefault();
  pressed = true;
  form.querySelector('#listen')?.setAttribute('aria-busy', 'true');
}

document.addEventListener('submit', keep);

/** The page answers presses itself from now on. @returns {boolean}  whether it owes an answer to one */
export function takePress() {
  document.removeEventListener('submit', keep);
  return pressed;
}
