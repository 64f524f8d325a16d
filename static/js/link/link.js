// @ts-check
/**
 * The page's end of the link: starts the worker, and turns what the worker's clock says into the page's own.
 */

import { shifted } from './clock.js';

/** @typedef {import('./link_worker.js').ToLink} ToLink */
/** @typedef {import('./link_worker.js').FromLink} FromLink */
/**
 * @typedef {object} LinkEvents
 * @property {(state: import('./socket.js').SocketState, code: number) => void} onState
 * @property {(message: any) => void} onMessage  a parsed server message
 * @property {(reading: import('./clock.js').ClockReading) => void} onClock  on the page's performance.now()
 */

/** A worker that has not answered by then will not (blocked, or a browser without module workers that says nothing). */
const START_MS = 3_000;
/** The worker's time origin is believed if it lies within the exchange of clock readings, or this near. */
const ORIGIN_SLACK_MS = 0.2;
const EXCHANGES = 5;

/**
 * The worker's clock minus the page's: by their time origins, if an exchange of readings does not contradict. It does
 * where a machine slept between the page's start and the worker's.
 * @param {{sentMs: number, linkMs: number, backMs: number}[]} exchanges  sent and back on the page's clock
 * @param {number} byOriginMs
 */
export function clockShift(exchanges, byOriginMs) {
  let low = -Infinity;
  let high = Infinity;
  for (const { sentMs, linkMs, backMs } of exchanges) {
    low = Math.max(low, linkMs - backMs);
    high = Math.min(high, linkMs - sentMs);
  }
  if (byOriginMs > low - ORIGIN_SLACK_MS && byOriginMs < high + ORIGIN_SLACK_MS) return byOriginMs;
  return (low + high) / 2;
}

export class Link {
  constructor() {
    /** @type {LinkEvents | null} */
    this.events = null;
    /** What came before anybody attended. @type {((events: LinkEvents) => void)[]} */
    this.kept = [];
    /** @type {(message: ToLink) => void} */
    this.post = () => {};
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {{sentMs: number, linkMs: number, backMs: number}[]} */
    this.exchanges = [];
    this.byOriginMs = 0;
    this.shiftMs = 0;
  }

  /** @param {string} url  of the room's socket @param {number} [revision]  what the page knows of the room already */
  async open(url, revision = 0) {
    this.post = await this.start();
    this.post({ kind: 'clocks', pageMs: performance.now() });
    this.post({ kind: 'revision', revision });
    this.post({ kind: 'open', url });
  }

  /** Take what comes from now on, and what has come already. @param {LinkEvents} events */
  attend(events) {
    this.events = events;
    for (const tell of this.kept.splice(0)) tell(events);
  }

  /** @param {(events: LinkEvents) => void} tell */
  deliver(tell) {
    if (this.events) tell(this.events);
    else this.kept.push(tell);
  }

  /** @returns {Promise<(message: ToLink) => void>} */
  async start() {
    try {
      const worker = await startedWorker(new URL('./link_worker.js', import.meta.url));
      this.worker = worker;
      worker.onmessage = ({ data }) => this.take(data);
      return (message) => worker.postMessage(message);
    } catch {
      const { serve } = await import('./link_worker.js');
      return serve((message) => this.take(message));
    }
  }

  /** @param {FromLink} message */
  take(message) {
    switch (message.kind) {
      case 'state': this.deliver(({ onState }) => onState(message.state, message.code)); break;
      case 'message': this.deliver(({ onMessage }) => onMessage(JSON.parse(message.text))); break;
      case 'clock': this.deliver(({ onClock }) => onClock(shifted(message.reading, -this.shiftMs))); break;
      case 'clocks':
        this.exchanges.push({ sentMs: message.pageMs, linkMs: message.linkMs, backMs: performance.now() });
        this.byOriginMs = performance.timeOrigin - message.timeOrigin;
        this.shiftMs = clockShift(this.exchanges, this.byOriginMs);
        if (this.exchanges.length < EXCHANGES) this.post({ kind: 'clocks', pageMs: performance.now() });
        break;
    }
  }

  /** @param {object} message  to the server; lost if the socket is not open */
  send(message) {
    this.post({ kind: 'send', text: JSON.stringify(message) });
  }

  /** The room has another address; for the next connection. @param {string} url */
  move(url) {
    this.post({ kind: 'address', url });
  }

  /** @param {number} revision  the newest that is known, for the next connection */
  know(revision) {
    this.post({ kind: 'revision', revision });
  }

  /** The page came to the front, or the network came back. */
  hurry() {
    this.post({ kind: 'hurry' });
  }

  /** The machine slept: a clock may have stood still, the worker's and the page's not alike. */
  slept() {
    this.exchanges = [];
    this.post({ kind: 'clocks', pageMs: performance.now() });
    this.post({ kind: 'slept' });
  }

  close() {
    this.post({ kind: 'close' });
  }
}

/** @param {URL} url @returns {Promise<Worker>}  rejects where module workers do not run */
function startedWorker(url) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(url, { type: 'module' });
    const fail = () => {
      worker.terminate();
      reject(new Error('no module worker'));
    };
    const timer = setTimeout(fail, START_MS);
    worker.onerror = fail;
    worker.onmessage = () => {
      clearTimeout(timer);
      resolve(worker);
    };
    worker.postMessage({ kind: 'clocks', pageMs: performance.now() });
  });
}
