// @ts-check
/** What every page does: the choice of colours and language, toasts, dialogs. */

import { act } from './actions.js';
import { letGoOfFirstToasts, showToast } from './toasts.js';
import { gettext } from './words.js';

const YEAR_S = 365 * 24 * 3600;

const theme = /** @type {HTMLSelectElement | null} */ (document.getElementById('theme'));
theme?.addEventListener('change', () => {
  const chosen = theme.value;
  const sheet = /** @type {HTMLLinkElement} */ (document.getElementById('dark-theme'));
  sheet.media = { dark: 'all', light: 'not all' }[chosen] ?? '(prefers-color-scheme: dark)';
  const age_s = chosen === 'system' ? 0 : YEAR_S;
  document.cookie = `theme=${chosen}; path=/; max-age=${age_s}; samesite=lax`;
  document.dispatchEvent(new Event('themechange'));
});

document.addEventListener('change', ({ target }) => {
  if (target instanceof HTMLSelectElement && 'submitOnChange' in target.dataset) target.form?.requestSubmit();
});

document.addEventListener('toast', (event) => {
  const { text, kind, undo } = /** @type {CustomEvent} */ (event).detail;
  const form = event.target instanceof HTMLFormElement ? event.target : null;
  if (undo == null || !form) showToast({ text, kind });
  else showToast({ text, kind, action: gettext('Undo'), onAction: () => act(form, `restore ${undo}`) });
});

document.addEventListener('htmx:response:error', (event) => {
  const { response } = /** @type {CustomEvent} */ (event).detail.ctx;
  const explained = response.headers.get('HX-Trigger') || response.status === 422;
  if (!explained) showToast({ text: gettext('That did not work. Please try again.'), kind: 'error' });
});

document.addEventListener('htmx:error', (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  // a request without an answer; what refreshes by itself says nothing and tries again
  if (ctx && !ctx.response && ctx.request.method !== 'GET') {
    showToast({ text: gettext('The server does not answer.'), kind: 'error' });
  }
});

document.addEventListener('click', (event) => {
  const target = /** @type {Element} */ (event.target);
  const confirm = target.closest('[data-confirm]');
  const dialog = confirm && document.getElementById(confirm.getAttribute('data-confirm') ?? '');
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    dialog.showModal();
  }
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(target) || target.closest('.menu-list')) menu.removeAttribute('open');
  }
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    menu.removeAttribute('open');
    menu.querySelector('summary')?.focus();
  }
});

letGoOfFirstToasts();
