// @ts-check
/**
 * The link to the room: socket and clock, off the page's thread, where no rendering delays a stamp and no hidden tab
 * slows a timer. `link.js` starts it as a module worker, or calls `serve` on its own thread where there is no such worker.
 */

import { clockStepMs } from './clock_step.js';
import { Pinger } from './pinger.js';
import { RoomSocket } from './socket.js';

/**
 * @typedef {{kind: 'open', url: string} | {kind: 'address', url: string} | {kind: 'revision', revision: number} | {kind: 'send', text: string}
 *   | {kind: 'hurry'} | {kind: 'slept'} | {kind: 'close'} | {kind: 'clocks', pageMs: number}} ToLink
 */
/**
 * @typedef {{kind: 'state', state: import('./socket.js').SocketState, code: number} | {kind: 'message', text: string}
 *   | {kind: 'clock', reading: import('./clock.js').ClockReading}
 *   | {kind: 'clocks', pageMs: number, linkMs: number, timeOrigin: number}} FromLink
 */

const PONG = '{"type":"clock.pong"';
const BUDGET = '{"type":"clock.budget"';

/**
 * @param {(message: FromLink) => void} post
 * @returns {(message: ToLink) => void}  takes what the page posts
 */
export function serve(post) {
  const now = () => performance.now();
  let url = '';
  let revision = 0;
  /** @type {RoomSocket | null} */
  let socket = null;
  const pinger = new Pinger({
    now,
    stepMs: clockStepMs(now),
    send: (ping) => {
      const sent = socket?.send(JSON.stringify(ping)) ?? false;
      if (sent) socket?.expectAnswer();
      return sent;
    },
    onReading: (reading) => post({ kind: 'clock', reading }),
    setTimer: (run, delayMs) => setTimeout(run, delayMs),
    clearTimer: (timer) => clearTimeout(timer),
  });

  const address = () => `${url}${url.includes('?') ? '&' : '?'}revision=${revision}`;
  const onText = (/** @type {string} */ text) => {
    const t3 = now();
    if (text.startsWith(PONG)) pinger.take(JSON.parse(text), t3);
    else if (text.startsWith(BUDGET)) pinger.setBudget(JSON.parse(text).pings_per_min);
    else post({ kind: 'message', text });
  };
  const onState = (/** @type {import('./socket.js').SocketState} */ state, /** @type {number} */ code) => {
    if (state === 'open') pinger.start();
    else pinger.stop();
    post({ kind: 'state', state, code });
  };

  return (message) => {
    switch (message.kind) {
      case 'open':
        url = message.url;
        socket = new RoomSocket(address, { onState, onText });
        socket.connect();
        break;
      case 'address': url = message.url; break;
      case 'revision': revision = message.revision; break;
      case 'send': socket?.send(message.text); break;
      case 'hurry':
        socket?.hurry();
        pinger.hurry();
        break;
      case 'slept':
        pinger.forget();
        socket?.renew();
        break;
      case 'close': socket?.close(); break;
      case 'clocks':
        post({ kind: 'clocks', pageMs: message.pageMs, linkMs: now(), timeOrigin: performance.timeOrigin });
        break;
    }
  };
}

const scope = /** @type {any} */ (globalThis);
if (typeof scope.WorkerGlobalScope === 'function' && scope instanceof scope.WorkerGlobalScope) {
  const take = serve((message) => scope.postMessage(message));
  scope.onmessage = (/** @type {MessageEvent<ToLink>} */ event) => take(event.data);
}
