// @ts-check
/** Menus that unfold from a button (`details.menu`): one at a time, closed by a choice, by Escape and by going elsewhere. */

const OPEN = 'details.menu[open]';
const CHOICES = '.menu-list button';
/** Between a menu and the window's edge. */
const EDGE_PX = 4;

/** It unfolds to where the window has room for it. @param {HTMLElement} menu */
function place(menu) {
  const list = /** @type {HTMLElement} */ (menu.querySelector('.menu-list'));
  const { top, bottom } = menu.getBoundingClientRect();
  const [above, below] = [top - EDGE_PX, innerHeight - bottom - EDGE_PX];
  list.style.maxHeight = '';
  const fits = list.offsetHeight <= below;
  menu.dataset.place = fits || below >= above ? 'below' : 'above';
  list.style.maxHeight = `${Math.max(above, below)}px`;
}

document.addEventListener('toggle', ({ target }) => {
  if (!(target instanceof HTMLElement) || !target.matches('details.menu')) return;
  if (target.matches(OPEN)) place(target);
  else delete target.dataset.place;
}, true); // it does not bubble

/** Arrows move in an open menu. @param {HTMLElement} menu @param {string} key @returns {boolean}  whether they did */
function move(menu, key) {
  const choices = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll(CHOICES)]);
  const at = choices.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const { length } = choices;
  /** @type {Record<string, number>} */
  const goals = {
    ArrowDown: (at + 1) % length, ArrowUp: (Math.max(at, 0) + length - 1) % length, Home: 0, End: length - 1,
  };
  if (!(key in goals)) return false;
  choices[goals[key]].focus();
  return true;
}

/** The choices vanish with the menu, and the focus would with them. @param {Element} menu */
function close(menu) {
  const hadFocus = menu.contains(document.activeElement);
  menu.removeAttribute('open');
  if (hadFocus) menu.querySelector('summary')?.focus();
}

document.addEventListener('click', (event) => {
  const target = /** @type {Element} */ (event.target);
  for (const menu of document.querySelectorAll(OPEN)) {
    if (!menu.contains(target) || target.closest('.menu-list')) close(menu);
  }
});

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  for (const menu of document.querySelectorAll(OPEN)) {
    const within = menu.contains(document.activeElement);
    if (event.key === 'Escape') close(menu);
    else if (within && move(/** @type {HTMLElement} */ (menu), event.key)) event.preventDefault();
  }
});

document.addEventListener('focusout', (event) => {
  const { target, relatedTarget } = event;
  const menu = /** @type {Element} */ (target).closest(OPEN);
  if (menu && relatedTarget instanceof Element && !menu.contains(relatedTarget)) menu.removeAttribute('open');
});
