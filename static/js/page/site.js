// @ts-check
/** What every page does: the choice of colours and language, toasts, dialogs. */

import { act } from './actions.js';
import './images.js';
import './menus.js';
import './moments.js';
import './requests.js';
import { sitePath } from './site_path.js';
import { attendToasts, dismiss, showToast } from './toasts.js';
import { onUndoKey, undo } from './undo.js';
import { gettext } from './words.js';

const YEAR_S = 365 * 24 * 3600;

const theme = /** @type {HTMLSelectElement | null} */ (document.getElementById('theme'));
theme?.addEventListener('change', () => {
  const chosen = theme.value;
  const sheet = /** @type {HTMLLinkElement} */ (document.getElementById('dark-theme'));
  sheet.media = { dark: 'all', light: 'not all' }[chosen] ?? '(prefers-color-scheme: dark)';
  const age_s = chosen === 'system' ? 0 : YEAR_S;
  document.cookie = `theme=${chosen}; path=${sitePath}; max-age=${age_s}; samesite=lax`;
  document.dispatchEvent(new Event('themechange'));
});

document.addEventListener('change', ({ target }) => {
  if (target instanceof HTMLSelectElement && 'submitOnChange' in target.dataset) target.form?.requestSubmit();
});

/** @param {string} text @param {() => void} act */
function offerUndo(text, act) {
  const takeBack = undo.add(() => {
    if (toast) dismiss(toast);
    act();
  });
  const toast = showToast({ text, action: gettext('Undo'), onAction: takeBack });
}

document.addEventListener('keydown', onUndoKey);

document.addEventListener('toast', (event) => {
  const { text, kind, undo: revision } = /** @type {CustomEvent} */ (event).detail;
  const form = event.target instanceof HTMLFormElement ? event.target : null;
  if (revision == null || !form) showToast({ text, kind });
  else offerUndo(text, () => act(form, `restore ${revision}`));
});

document.addEventListener('click', (event) => {
  const target = /** @type {Element} */ (event.target);
  const confirm = target.closest('[data-confirm]');
  const dialog = confirm && document.getElementById(confirm.getAttribute('data-confirm') ?? '');
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    dialog.showModal();
  }
});

attendToasts();
