// @ts-check
/** Timers that only move when a test says so. */
export class Clockwork {
  nowMs = 0;
  /** @type {{atMs: number, run: () => void}[]} */
  timers = [];

  setTimer = (/** @type {() => void} */ run, /** @type {number} */ delayMs) => {
    const timer = { atMs: this.nowMs + delayMs, run };
    this.timers.push(timer);
    return timer;
  };

  clearTimer = (/** @type {any} */ timer) => {
    this.timers = this.timers.filter((each) => each !== timer);
  };

  now = () => this.nowMs;

  /** @param {number} ms */
  advance(ms) {
    const until = this.nowMs + ms;
    for (;;) {
      const next = this.timers.filter(({ atMs }) => atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.clearTimer(next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    }
    this.nowMs = until;
  }
}
