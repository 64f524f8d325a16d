// @ts-check
/** Requests that no button of a form sends. The only place that calls htmx. */

const htmx = () => /** @type {any} */ (globalThis).htmx;

/** Send `do` to where a form of actions goes. @param {HTMLFormElement} form @param {string} what */
export function act(form, what) {
  return htmx().ajax('POST', form.action, { source: form, swap: 'none', values: { do: what } });
}

/** Fetch what `source` asks for, with its own fields. @param {string} path @param {Element} source @param {Element} target
 * @param {string} swap */
export function load(path, source, target, swap) {
  return htmx().ajax('GET', path, { source, target, swap });
}

/** Replace what an element holds by a rendered fragment, keeping focus and what did not change.
 * @param {Element} target @param {string} html */
export function swapFragment(target, html) {
  return htmx().swap({ target, swap: 'innerMorph', text: html });
}

/** @param {Element} element @param {string} event */
export function trigger(element, event) {
  htmx()?.trigger(element, event);
}
