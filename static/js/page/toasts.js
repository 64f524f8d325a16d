// @ts-check
/** Short notices at the foot of the page, and words that only screen readers get. */

import { gettext } from './words.js';

const SHOWN_MS = 6_000;
const SHOWN_WITH_ACTION_MS = 12_000; // time enough to read, to decide and to reach the button
const MAX_SHOWN = 3;
/** Tracks may change faster than a voice can say so; between announcements it stays silent this long. */
const ANNOUNCE_EVERY_MS = 4_000;

/**
 * @typedef {object} Toast
 * @property {string} text
 * @property {string} [kind]  `error` is announced at once
 * @property {string} [action]  the label of a button
 * @property {() => void} [onAction]
 */

/** @param {Toast} toast */
export function showToast({ text, kind = '', action, onAction }) {
  const region = document.getElementById('toasts');
  if (!region) return;
  const last = region.lastElementChild; // said twice, it is one notice
  if (last?.textContent === text) last.remove();
  while (region.children.length >= MAX_SHOWN) region.firstElementChild?.remove();
  const element = document.createElement('p');
  element.className = `toast ${kind}`.trim();
  if (kind === 'error') element.setAttribute('role', 'alert');
  element.append(text);
  if (action && onAction) {
    const button = document.createElement('button');
    button.append(action);
    button.addEventListener('click', () => {
      element.remove();
      onAction();
    });
    element.append(button);
  }
  region.append(element);
  letGo(element, onAction ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
}

/** Remove a toast after a while, but not from under a pointer or the focus. @param {Element} element @param {number} ms */
function letGo(element, ms) {
  setTimeout(() => {
    if (element.matches(':hover, :focus-within')) letGo(element, 1_000);
    else element.remove();
  }, ms);
}

/** What the page itself showed on arrival goes the same way. */
export function letGoOfFirstToasts() {
  for (const toast of document.querySelectorAll('#toasts > .toast')) letGo(toast, SHOWN_MS);
}

/** @param {{code?: string, message?: string}} refusal  as `Listener.command` rejects */
export function showRefusal({ code, message }) {
  showToast({ text: ownWords(code) ?? (message || gettext('That did not work. Please try again.')), kind: 'error' });
}

/** For what the page itself refuses; the server's refusals come in the reader's language. @param {string} [code] */
function ownWords(code) {
  if (code === 'unanswered') return gettext('The server does not answer.');
  if (code === 'left') return gettext('You have left this room.');
  return null;
}

let announcedAtMs = -Infinity;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

/** Say `text` to screen readers; of several in quick succession, the last. @param {string} text */
export function announce(text) {
  clearTimeout(waiting);
  const pause_ms = announcedAtMs + ANNOUNCE_EVERY_MS - performance.now();
  waiting = setTimeout(() => {
    announcedAtMs = performance.now();
    const announcer = document.getElementById('announcer');
    if (announcer) announcer.textContent = text;
  }, Math.max(0, pause_ms));
}
