// @ts-check
/** An image that did not come is shown as one that is not there, and fetched again (`refetch.js`). */

import { refetch } from './refetch.js';

const NONE = new URL('../../img/no-cover.svg', import.meta.url).pathname;

/** @param {HTMLImageElement} image */
function replace(image) {
  const wanted = image.getAttribute('src');
  if (!wanted || wanted === NONE) return;
  image.src = NONE;
  refetch.later(image, () => {
    if (image.getAttribute('src') === NONE) image.src = wanted; // else something else is shown by now
  });
}

document.addEventListener('error', ({ target }) => {
  if (target instanceof HTMLImageElement) replace(target);
}, true); // it does not bubble
for (const image of document.images) {
  if (image.complete && image.naturalWidth === 0) replace(image);
}
