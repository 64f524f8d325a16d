// @ts-check
/**
 * Keeps a press on "Listen" that comes before the page can answer it, as on a slow network: the form would be sent, and
 * the page load anew. A classic script, first in the head, so that it is there before the form is. Where the page's
 * modules never come, the form is sent after all.
 */
(() => {
  /** @type {HTMLFormElement | null} */
  let pressed = null;

  /** @param {Event} event */
  function keep(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.id !== 'join') return;
    event.preventDefault();
    pressed = form;
    form.querySelector('#listen')?.setAttribute('aria-busy', 'true');
  }

  /** The page answers presses itself from now on. @returns {boolean}  whether it owes an answer to one */
  function take() {
    document.removeEventListener('submit', keep);
    removeEventListener('load', send);
    return pressed !== null;
  }

  /** Everything is there that will come, and nobody took the press. */
  function send() {
    if (take()) pressed?.submit();
  }

  document.addEventListener('submit', keep);
  addEventListener('load', send);
  /** @type {any} */ (globalThis).earlyPress = { take };
})();
