// @ts-check
/**
 * What is said when a request of htmx fails. What a person asked for is told: an action by a toast; something to be shown
 * at the place where it was to be shown, since what stands there is not it. What a page fetches by itself says nothing.
 */

import { load } from './actions.js';
import { refetch } from './refetch.js';
import { showToast } from './toasts.js';
import { gettext } from './words.js';

/**
 * @typedef {object} Context  of htmx
 * @property {HTMLElement} sourceElement
 * @property {Event} sourceEvent
 * @property {Element | string} target
 * @property {string} swap
 * @property {{method: string, action: string}} request
 * @property {{status: number, headers: Headers} | undefined} response
 */

/** @param {Context} context @param {string} words */
function tell(context, words) {
  const { request, sourceEvent, target } = context; // what a script set off has an event that is not trusted
  if (request.method !== 'GET') showToast({ text: words, kind: 'error' });
  else if (target instanceof HTMLElement && sourceEvent.isTrusted !== false) tellAt(target, context, words);
}

/** @param {HTMLElement} place @param {Context} context @param {string} words */
function tellAt(place, { request, sourceElement, swap }, words) {
  const fetchIt = () => load(request.action, sourceElement, place, swap);
  refetch.later(place, fetchIt);
  const said = document.createElement('p');
  said.setAttribute('role', 'alert');
  said.append(words);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'small';
  button.append(gettext('Try again'));
  button.addEventListener('click', fetchIt);
  const notice = document.createElement('div');
  notice.className = 'empty unloaded';
  notice.append(said, button);
  if (place.querySelector('.unloaded p')?.textContent === words) return; // it stands there already
  place.replaceChildren(notice);
}

document.addEventListener('htmx:after:request', (event) => {
  const { response, request, target } = /** @type {{ctx: Context}} */ (/** @type {CustomEvent} */ (event).detail).ctx;
  if (!response || response.status >= 500) return;
  if (request.method === 'GET' && target instanceof Element) refetch.forget(target); // it is here
  refetch.now();
});

document.addEventListener('htmx:response:error', (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  const explained = ctx.response.headers.get('HX-Trigger') || ctx.response.status === 422;
  if (!explained) tell(ctx, gettext('That did not work. Please try again.'));
});

document.addEventListener('htmx:error', (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  if (ctx && !ctx.response) tell(ctx, gettext('The server does not answer.'));
});

addEventListener('online', () => refetch.now());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') refetch.now();
});
