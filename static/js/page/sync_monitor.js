// @ts-check
/** The sync monitor's page: asks for the readings while somebody looks, and shows them. */

import { swapFragment } from './actions.js';
import { appended } from './history.js';
import { PlayerPlots } from './player_plots.js';
import { gettext } from './words.js';

/** Players report every 5 s, each at its own time: half of that shows a report soon, and costs the server little. */
const ASK_EVERY_MS = 2_500;
/** Of a full room only these begin unfolded. */
const UNFOLDED = 6;
const NO_ROOM = 404;

/**
 * @typedef {import('./history.js').Columns} Columns
 * @typedef {{number: number, name: string, tone: string, words: string, readings: Columns}} Heard
 * @typedef {{until_us: number, table: string, listeners: Heard[]}} Answer
 * @typedef {{item: HTMLElement, plots: PlayerPlots, columns: Columns | undefined}} Card
 */

const root = element('monitor');
const hold = element('hold');
/** @type {Map<number, Card>} */
const cards = new Map();
let until_us = 0;
let asking = false;
let gone = false;

async function ask() {
  if (asking || gone || document.hidden || hold.getAttribute('aria-pressed') === 'true') return;
  asking = true;
  try {
    const response = await fetch(`${root.dataset.readings}?after_us=${until_us}`);
    gone = response.status === NO_ROOM;
    if (!response.ok) throw new Error(String(response.status));
    await show(await response.json());
    complain('');
  } catch {
    complain(gone ? gettext('This room is closed.') : gettext('The server does not answer; trying again.'));
  } finally {
    asking = false;
  }
}

/** @param {Answer} answer */
async function show({ until_us: newest_us, table, listeners }) {
  until_us = newest_us;
  await swapFragment(element('sync-table'), table);
  const here = new Set(listeners.map(({ number }) => number));
  for (const [number, card] of cards) if (!here.has(number)) remove(number, card);
  for (const listener of listeners) {
    const card = cards.get(listener.number) ?? add(listener);
    card.columns = appended(card.columns, listener.readings);
    card.plots.show(card.columns);
    const state = /** @type {HTMLElement} */ (card.item.querySelector('[data-tone]'));
    state.dataset.tone = listener.tone;
    state.lastElementChild?.replaceChildren(listener.words);
    card.item.querySelector('h3')?.replaceChildren(listener.name);
  }
}

/** @param {Heard} listener @returns {Card} */
function add({ number }) {
  const item = document.createElement('li');
  item.className = 'player panel';
  item.innerHTML = `<details><summary><h3></h3><span data-tone="idle"><span class="dot"></span> <span></span></span></summary>
    <div class="plots"></div></details>`;
  const details = /** @type {HTMLDetailsElement} */ (item.firstElementChild);
  const plots = new PlayerPlots(/** @type {HTMLElement} */ (item.querySelector('.plots')), number);
  details.addEventListener('toggle', () => (details.open ? plots.draw() : plots.clear()));
  details.open = cards.size < UNFOLDED;
  element('players').append(item);
  const card = { item, plots, columns: undefined };
  cards.set(number, card);
  return card;
}

/** @param {number} number @param {Card} card */
function remove(number, { item, plots }) {
  plots.close();
  item.remove();
  cards.delete(number);
}

/** @param {string} words  or none */
function complain(words) {
  const place = element('unanswered');
  if (place.textContent !== words) place.textContent = words;
  place.hidden = !words;
}

/** The plots are canvases, which do not take up the page's colours by themselves. */
function recolour() {
  for (const { item, plots } of cards.values()) if (item.querySelector('details')?.open) plots.draw();
}

hold.addEventListener('click', () => {
  hold.setAttribute('aria-pressed', String(hold.getAttribute('aria-pressed') !== 'true'));
  ask();
});
document.addEventListener('visibilitychange', ask);
document.addEventListener('themechange', recolour);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);
setInterval(ask, ASK_EVERY_MS);
ask();

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
