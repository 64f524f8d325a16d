// @ts-check
/** The room's address, which is another one once the room is unlisted: the page follows without being loaded anew. */

import { link } from './early.js';
import { socketUrl } from './site_path.js';

const ATTRIBUTES = ['action', 'href', 'hx-get', 'data-url'];

/** @param {string} slug */
export function moveTo(slug) {
  const before = location.pathname;
  const after = before.replace(/[^/]+\/$/, `${slug}/`);
  if (after === before) return;
  for (const name of ATTRIBUTES) {
    for (const element of document.querySelectorAll(`[${name}*="${before}"]`)) {
      element.setAttribute(name, (element.getAttribute(name) ?? '').replace(before, after));
    }
  }
  history.replaceState(null, '', after + location.search + location.hash);
  link.move(socketUrl(slug));
}
