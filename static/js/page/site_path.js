// @ts-check
/** Where the site is on its host: at the root, or below a path that its operator chose. */

/** With a slash at either end. */
export const sitePath = document.documentElement.dataset.path ?? '/';

/** Of a room's socket. @param {string} room  its slug */
export function socketUrl(room) {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${location.host}${sitePath}ws/rooms/${room}/`;
}
