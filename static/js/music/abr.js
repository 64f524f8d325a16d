// @ts-check
/** Which rendition to fetch next, by how fast the network has been and how much is buffered. Pure. */

/** @typedef {import('../link/protocol').RenditionInfo} RenditionInfo */

/** A transfer smaller than this says more of the round trip than of the bandwidth. */
const WORTH_BYTES = 8 * 1024;
/** Weight of the newest transfer, for a quick and a slow mean; the lower one counts. */
const QUICK = 0.5;
const SLOW = 0.15;
/** Part of the bandwidth that may be used: the rest is for what else the person does, and for errors of the estimate. */
const USABLE = 0.7;
/** Going up wants more room than staying. */
const USABLE_TO_GO_UP = 0.55;
/** With less than this buffered, the cheapest; to go up, at least this. */
export const POOR_S = 4;
export const RICH_S = 8;
/** Lossless is a choice: it costs five times the bytes for what nobody hears in a room. */
const LOSSLESS = 'fLaC';

export class Throughput {
  constructor() {
    this.quickBps = 0;
    this.slowBps = 0;
  }

  /** @param {number} bytes @param {number} elapsedMs */
  add(bytes, elapsedMs) {
    if (bytes < WORTH_BYTES) return;
    const bps = (bytes * 8000) / Math.max(1, elapsedMs);
    this.quickBps = this.quickBps ? this.quickBps + QUICK * (bps - this.quickBps) : bps;
    this.slowBps = this.slowBps ? this.slowBps + SLOW * (bps - this.slowBps) : bps;
  }

  /** Bits a second; 0 while nothing is known. */
  get bps() {
    return Math.min(this.quickBps, this.slowBps);
  }
}

/**
 * @param {object} situation
 * @param {RenditionInfo[]} situation.renditions  ascending by bitrate, playable here, at least one
 * @param {number} situation.bps  see Throughput
 * @param {number} situation.bufferedS
 * @param {string | null} situation.current  the rendition before
 * @param {string | null} situation.manual  the person's choice, or null
 * @returns {RenditionInfo}
 */
export function choose({ renditions, bps, bufferedS, current, manual }) {
  const chosen = renditions.find(({ id }) => id === manual);
  if (chosen) return chosen;
  const lossy = renditions.filter(({ codec }) => codec !== LOSSLESS);
  const ladder = lossy.length ? lossy : renditions;
  const lowest = ladder[0];
  if (!bps) return lowest;
  const best = (/** @type {number} */ share) => ladder.filter(({ bitrate }) => bitrate <= share * bps).pop() ?? lowest;
  const now = ladder.find(({ id }) => id === current);
  if (!now) return best(USABLE_TO_GO_UP);
  const stay = best(USABLE);
  if (stay.bitrate < now.bitrate) return bufferedS < RICH_S ? stay : now;
  if (bufferedS < POOR_S) return now.bitrate * 2 < USABLE_TO_GO_UP * bps ? now : lowest;
  const up = best(USABLE_TO_GO_UP);
  return up.bitrate > now.bitrate && bufferedS >= RICH_S ? up : now;
}
