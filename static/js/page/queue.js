// @ts-check
/** Queue, people and history: they follow the room step by step, and the queue can be ordered by hand. */

import { act, swapFragment } from './actions.js';
import { keepFocus } from './list_focus.js';
import { applySteps, idOf } from './list_steps.js';
import { localise } from './moments.js';
import { Reorder } from './reorder.js';
import { announce } from './toasts.js';
import { fill, gettext } from './words.js';

/** What the choices of a row's menu that move it begin with (rooms/web/actions.py). */
const MOVES = /^(up|down) (\d+)$/;

/** @typedef {import('../link/protocol').ListPart} ListPart */

/** As many as the server renders (rooms/history/part.py). */
const SHOWN_HISTORY = 50;
/** Before a page fetches a list that it missed a change of: all that missed it do not come at once. */
const FETCH_WITHIN_MS = 400;
const RETRY_MS = 2_000;

export class Lists {
  /** @param {{resumePeople: () => void}} options */
  constructor({ resumePeople }) {
    this.resumePeople = resumePeople;
    this.queue = /** @type {HTMLElement} */ (document.getElementById('queue'));
    this.form = /** @type {HTMLFormElement} */ (this.queue.closest('form'));
    this.panel = /** @type {HTMLElement} */ (this.form.closest('.queue-panel'));
    this.current = this.queue.dataset.current ?? '';
    /** Fetches under way, and the revision that each is to bring. @type {Map<string, number>} */
    this.fetching = new Map();
    this.reorder = new Reorder(this.queue, (entry, before) => this.move(entry, before));
    this.history = /** @type {HTMLElement} */ (document.getElementById('history'));
    /** The entry that this person is moving, and where it was. @type {{entry: string, from: number} | null} */
    this.moving = null;
    this.queue.addEventListener('keydown', (event) => this.onKey(event));
    this.queue.addEventListener('click', (event) => this.onRest(event));
    this.queue.addEventListener('click', (event) => this.onClick(event));
    this.mark();
  }

  /** @param {string} name  its element's id */
  list(name) {
    return /** @type {HTMLElement} */ (document.querySelector(`#${name} [data-list]`));
  }

  /**
   * @param {Record<string, ListPart>} lists
   * @param {boolean} anew  the server's revisions begin anew: what is here is of no use
   */
  async show(lists, anew) {
    for (const [name, part] of Object.entries(lists)) {
      if (name === 'queue') await this.reorder.rest(); // nothing may move under a row in somebody's hand
      const list = this.list(name);
      const revision = Number(list.dataset.revision);
      if (anew) await this.fetch(name, part.revision);
      else if (part.revision <= revision) continue;
      else if (part.base === revision) this.step(list, part);
      else await this.fetch(name, part.revision);
    }
  }

  /** @param {{count: number, people: ListPart}} update */
  showPeople({ count, people }) {
    const list = this.list('people');
    const revision = Number(list.dataset.revision);
    if (people.base === 0) {
      const kept = new Set((people.rows ?? []).map(({ id }) => String(id)));
      for (const row of [...list.children]) if (!kept.has(idOf(row))) row.remove();
    } else if (people.base !== revision) {
      if (people.revision > revision) this.resumePeople();
      return;
    }
    this.step(list, people);
    /** @type {HTMLElement} */ (document.getElementById('people-count')).textContent = String(count);
    const more = /** @type {HTMLElement} */ (document.getElementById('people-more'));
    more.hidden = count <= list.children.length;
    more.textContent = (more.dataset.words ?? '%s').replace('%s', String(count - list.children.length));
  }

  /** @param {HTMLElement} list @param {ListPart} part */
  step(list, part) {
    return this.rendering(list.dataset.list ?? '', async () => {
      const { parentElement } = list;
      applySteps(list, part, !parentElement?.querySelector('[data-later]'));
      list.dataset.revision = String(part.revision);
      if (list.dataset.list === 'history') {
        while (list.children.length > SHOWN_HISTORY) list.lastElementChild?.remove();
      }
      const empty = /** @type {HTMLElement | null} */ (parentElement?.querySelector('.empty'));
      if (empty) empty.hidden = list.children.length > 0;
    });
  }

  /** Change what a list shows: the focus stays on its row, and who moved one is told where it went.
   * @param {string} name @param {() => Promise<unknown>} render */
  async rendering(name, render) {
    const queue = name === 'queue';
    const around = queue ? this.panel : /** @type {HTMLElement} */ (document.getElementById(name));
    await keepFocus(around, async () => {
      await render();
      this.mark();
    }, () => (queue ? document.querySelector('#add-music > summary') : null));
    if (!queue) localise(around);
    if (queue) this.tellMove();
  }

  /** Fetch a list whole, as far as a page shows it. @param {string} name @param {number} revision  the least */
  async fetch(name, revision) {
    const wanted = this.fetching.get(name);
    this.fetching.set(name, Math.max(revision, wanted ?? 0));
    if (wanted !== undefined) return; // the one under way looks again at its end
    await new Promise((resolve) => setTimeout(resolve, Math.random() * FETCH_WITHIN_MS));
    const target = /** @type {HTMLElement} */ (document.getElementById(name));
    try {
      const answer = await fetch(`${location.pathname}parts/${name}/?fragment`, { cache: 'no-cache' });
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      await this.rendering(name, () => swapFragment(target, html));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS)); // the network is away, or the room is
    }
    const least = this.fetching.get(name) ?? 0;
    this.fetching.delete(name);
    if (Number(this.list(name).dataset.revision) < least && target.isConnected) await this.fetch(name, least);
  }

  /** More of a long queue, in its place. @param {MouseEvent} event */
  async onRest(event) {
    const link = /** @type {HTMLAnchorElement | null} */ (
      /** @type {Element} */ (event.target).closest('[data-later], [data-earlier]'));
    if (!link) return;
    event.preventDefault();
    const answer = await fetch(`${link.href}&fragment`);
    if (!answer.ok) return;
    const template = document.createElement('template');
    template.innerHTML = await answer.text();
    const rows = [...template.content.querySelectorAll('li')];
    const later = link.hasAttribute('data-later');
    const list = this.list('queue');
    const known = new Set([...list.children].map(idOf));
    const fresh = rows.filter((row) => !known.has(idOf(row)));
    if (later) list.append(...fresh);
    else list.prepend(...fresh);
    const next = template.content.querySelector(later ? '[data-later]' : '[data-earlier]')?.parentElement;
    if (next) link.parentElement?.replaceWith(next);
    else link.parentElement?.remove();
    this.mark();
    /** @type {HTMLElement | null} */ ((later ? fresh[0] : fresh.at(-1))?.querySelector('button'))?.focus();
  }

  /** Say which entry plays. @param {number | null} entry */
  setCurrent(entry) {
    const current = entry === null ? '' : String(entry);
    if (current === this.current) return;
    this.current = current;
    this.mark();
  }

  mark() {
    for (const row of this.queue.querySelectorAll('li[data-entry]')) {
      if (row.getAttribute('data-entry') === this.current) row.setAttribute('aria-current', 'true');
      else row.removeAttribute('aria-current');
    }
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const row = /** @type {Element} */ (event.target).closest('li[data-entry]');
    if (!row || !event.altKey || !['ArrowUp', 'ArrowDown'].includes(event.key)) return;
    event.preventDefault();
    const way = event.key === 'ArrowUp' ? 'up' : 'down';
    const entry = row.getAttribute('data-entry') ?? '';
    if (this.begins(entry, way)) act(this.form, `${way} ${entry}`);
  }

  /** @param {Event} event */
  onClick(event) {
    const choice = /** @type {Element} */ (event.target).closest('.menu-list button');
    const [, way, entry] = MOVES.exec(choice?.getAttribute('value') ?? '') ?? [];
    if (entry) this.begins(entry, way);
  }

  /** @param {string} entry @param {string | null} before  the entry in front of which it shall stand */
  move(entry, before) {
    this.moving = { entry, from: -1 }; // it is drawn there already
    return act(this.form, `move ${entry} ${before ?? 'end'}`);
  }

  /** A move begins, to be told once it is done. @param {string} entry @param {string} way
   * @returns {boolean}  whether there is somewhere to go */
  begins(entry, way) {
    const from = this.order.indexOf(entry);
    const end = way === 'up' ? 0 : this.order.length - 1;
    this.moving = from === end ? null : { entry, from };
    if (from === end) announce(way === 'up' ? gettext('It is the first already.') : gettext('It is the last already.'));
    return from !== end;
  }

  /** Eyes see where a row went; who listens to the page is told. */
  tellMove() {
    const { moving, order } = this;
    this.moving = null;
    const at = moving ? order.indexOf(moving.entry) : -1;
    if (!moving || at < 0 || at === moving.from) return;
    const title = this.queue.querySelector(`#entry-${moving.entry} .track-title`)?.textContent ?? '';
    announce(fill(gettext('%(title)s: place %(place)s of %(count)s'), { title, place: at + 1, count: order.length }));
  }

  /** The entries as they stand. @returns {string[]} */
  get order() {
    return [...this.queue.querySelectorAll('li[data-entry]')].map((row) => row.getAttribute('data-entry') ?? '');
  }
}
