// @ts-check
/** Keeps a list fresh while somebody looks at it: `data-refresh-s` seconds apart, and on coming back. */

import { trigger } from './actions.js';

for (const list of document.querySelectorAll('[data-refresh-s]')) {
  const refresh = () => {
    if (document.visibilityState === 'visible') trigger(list, 'refresh');
  };
  setInterval(refresh, Number(list.getAttribute('data-refresh-s')) * 1000);
  document.addEventListener('visibilitychange', refresh);
}
