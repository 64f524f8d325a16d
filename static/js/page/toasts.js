// @ts-check
/** Short notices at the foot of the page, and words that only screen readers get. */

import { gettext } from './words.js';

const SHOWN_MS = 6_000;
const SHOWN_WITH_ACTION_MS = 12_000; // time enough to read, to decide and to reach the button
/** More would cover what somebody works at. */
const MAX_SHOWN = 2;
/** Tracks may change faster than a voice can say so; between announcements it stays silent this long. */
const ANNOUNCE_EVERY_MS = 4_000;

/**
 * @typedef {object} Toast
 * @property {string} text
 * @property {string} [kind]  `error` is announced at once
 * @property {string} [action]  the label of a button
 * @property {() => void} [onAction]
 */

/** @param {Toast} toast @returns {Element | null} */
export function showToast({ text, kind = '', action, onAction }) {
  const region = document.getElementById('toasts');
  if (!region) return null;
  bringToFront(region);
  const shown = [...region.children].filter((toast) => !toast.matches(':focus-within'));
  const alike = kind === 'error' ? '.error' : ':not(.error, :has(button))'; // of those that offer nothing, the newest counts
  const outdated = action ? [] : shown.filter((toast) => toast.matches(alike));
  const tooMany = shown.slice(0, Math.max(0, shown.length + 1 - MAX_SHOWN));
  for (const toast of [...outdated, ...tooMany]) toast.remove();
  const element = document.createElement('p');
  element.className = `toast ${kind}`.trim();
  if (kind === 'error') element.setAttribute('role', 'alert');
  element.append(text);
  if (action && onAction) {
    const button = document.createElement('button');
    button.append(action);
    button.addEventListener('click', () => {
      dismiss(element);
      onAction();
    });
    element.append(button);
  }
  region.append(element);
  letGo(element, onAction ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
  return element;
}

/** A modal dialog covers everything else, for screen readers too: while one is open, notices are in it.
 * @param {Element} region */
function bringToFront(region) {
  const dialog = [...document.querySelectorAll('dialog[open]')].at(-1);
  if (!dialog || dialog.contains(region)) return;
  dialog.append(region);
  dialog.addEventListener('close', () => document.body.append(region), { once: true });
}

/** Remove a toast after a while, but not from under a pointer or the focus. @param {Element} element @param {number} ms */
function letGo(element, ms) {
  setTimeout(() => {
    if (element.matches(':hover, :focus-within')) letGo(element, 1_000);
    else element.remove();
  }, ms);
}

/** Take a notice away; the focus goes back to where it was in the page. @param {Element} element */
export function dismiss(element) {
  const hadFocus = element.contains(document.activeElement);
  element.remove();
  if (hadFocus) (lastFocused?.isConnected ? lastFocused : document.getElementById('main'))?.focus();
}

/** @type {HTMLElement | null}  within what the page is about */
let lastFocused = null;

/** Begin: what the page itself showed on arrival goes like any other. */
export function attendToasts() {
  document.getElementById('main')?.addEventListener('focusin', ({ target }) => {
    lastFocused = /** @type {HTMLElement} */ (target);
  });
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
