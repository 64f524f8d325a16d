// @ts-check
/**
 * The room's socket: connects, notices a dead link, and connects again until it is closed for good.
 *
 * States: `connecting` (a handshake is under way), `open`, `waiting` (between attempts), `closed` (final).
 * Everything from outside is handed in, so that tests own time and the network.
 */

/** @typedef {'connecting' | 'open' | 'waiting' | 'closed'} SocketState */
/**
 * @typedef {object} Surroundings
 * @property {(url: string) => WebSocket} openSocket
 * @property {(run: () => void, delayMs: number) => unknown} setTimer
 * @property {(timer: any) => void} clearTimer
 * @property {() => number} random  [0, 1)
 */
/**
 * @typedef {object} SocketEvents
 * @property {(state: SocketState, code: number) => void} onState  `code`: the close code where the state is `closed`
 * @property {(text: string) => void} onText
 */

/** First wait, doubled at each failure. With jitter of half, so that a restarted server is not met by all at once. For
 * about a minute no wait is longer than KEEN_WAIT_MS: whatever comes back, within 2 s its state is here. */
const FIRST_WAIT_MS = 250;
const KEEN_WAIT_MS = 1_500;
const KEEN_TRIES = 45;
const LONGEST_WAIT_MS = 15_000;
/** A handshake that takes longer has met a silent network. The slowest link meant to work (3g) needs 1-2 s. */
const HANDSHAKE_MS = 8_000;
/** An open link that is silent this long after something was asked is dead: TCP itself would take minutes to say so. */
export const SILENCE_MS = 4_000;
/** Close codes that no new attempt would change: foreign host or origin, no such room, too much. After any other, 4408
 * (this page read too slowly) among them, the page comes back. */
const FINAL_CODES = new Set([4403, 4404, 4429]);

/** @returns {Surroundings} */
export function realSurroundings() {
  return {
    openSocket: (url) => new WebSocket(url),
    setTimer: (run, delayMs) => setTimeout(run, delayMs),
    clearTimer: (timer) => clearTimeout(timer),
    random: Math.random,
  };
}

export class RoomSocket {
  /**
   * @param {() => string} url  asked at every attempt: it carries the newest revision
   * @param {SocketEvents} events
   * @param {Surroundings} [surroundings]
   */
  constructor(url, events, surroundings = realSurroundings()) {
    this.url = url;
    this.events = events;
    this.surroundings = surroundings;
    /** @type {SocketState} */
    this.state = 'waiting';
    /** @type {WebSocket | null} */
    this.socket = null;
    this.failures = 0;
    /** @type {any} */
    this.timer = null;
    /** @type {any} */
    this.silence = null;
  }

  connect() {
    if (this.state === 'closed' || this.socket) return;
    this.surroundings.clearTimer(this.timer);
    this.enter('connecting');
    const socket = this.surroundings.openSocket(this.url());
    this.socket = socket;
    this.timer = this.surroundings.setTimer(() => this.lose(socket, 0), HANDSHAKE_MS);
    socket.onopen = () => {
      if (socket !== this.socket) return;
      this.surroundings.clearTimer(this.timer);
      this.enter('open');
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.socket) return;
      this.failures = 0; // an open socket that says nothing is not yet a success
      this.surroundings.clearTimer(this.silence);
      this.silence = null;
      this.events.onText(data);
    };
    socket.onclose = ({ code }) => this.lose(socket, code);
  }

  /** @param {string} text @returns {boolean} whether it went out */
  send(text) {
    if (this.state !== 'open' || !this.socket) return false;
    this.socket.send(text);
    return true;
  }

  /** Say that an answer is due: if nothing at all comes in SILENCE_MS, the link is dead. */
  expectAnswer() {
    const { socket } = this;
    if (this.silence !== null || this.state !== 'open' || !socket) return;
    this.silence = this.surroundings.setTimer(() => this.lose(socket, 0), SILENCE_MS);
  }

  /** The network is back, or the page is looked at again: do not sit out a wait. */
  hurry() {
    if (this.state !== 'waiting') return;
    this.failures = 0;
    this.connect();
  }

  /** The machine slept: the link may be dead without a sign, and waiting for one takes longer than another link. */
  renew() {
    if (this.socket) this.lose(this.socket, 0);
    this.hurry();
  }

  close() {
    const { socket } = this;
    this.drop();
    this.enter('closed', 1000);
    socket?.close(1000);
  }

  /** @param {WebSocket} socket @param {number} code */
  lose(socket, code) {
    if (socket !== this.socket) return;
    this.drop();
    socket.close();
    if (FINAL_CODES.has(code)) {
      this.enter('closed', code);
      return;
    }
    const longestMs = this.failures < KEEN_TRIES ? KEEN_WAIT_MS : LONGEST_WAIT_MS;
    const waitMs = Math.min(longestMs, FIRST_WAIT_MS * 2 ** this.failures);
    this.failures += 1;
    this.timer = this.surroundings.setTimer(() => this.connect(), waitMs * (0.5 + this.surroundings.random() / 2));
    this.enter('waiting');
  }

  drop() {
    this.surroundings.clearTimer(this.timer);
    this.surroundings.clearTimer(this.silence);
    this.silence = null;
    this.socket = null;
  }

  /** @param {SocketState} state @param {number} [code] */
  enter(state, code = 0) {
    this.state = state;
    this.events.onState(state, code);
  }
}
