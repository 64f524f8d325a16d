// @ts-check
/**
 * Single readings of the report, gathered into blocks whose median is one point, and whether they scatter. Rare readings
 * make no blocks. Points are {tMs: page time, xMs: context time minus page time}.
 */

/** @typedef {import('./render_clock.js').Point} Point */

const BLOCK_MS = 120;
const BLOCK_POINTS = 4;
/** A browser that reads its clocks late, by up to a callback, scatters by this within a block, and does so always: where
 * some blocks in a row did not, it is the machine that was busy. */
const SCATTER_MS = 0.7;
const SCATTER_BLOCKS = 5;
const CALM_BLOCKS = 3;
/** Readings that far apart are of a hidden page that is silent, whose timers run once a second, and after five minutes
 * once a minute. */
const RARE_MS = 900;
/** While a stream fills its first buffers its device does not play yet. */
const FIRST_FROM_MS = 35;

export class ReportBlocks {
  /** @param {number} keptMs  how long a block is kept */
  constructor(keptMs) {
    this.keptMs = keptMs;
    /** @type {Point[]} */
    this.kept = [];
    /** The readings of the block that is not full. @type {Point[]} */
    this.open = [];
    /** When the stream's first report was. @type {number | null} */
    this.firstMs = null;
    /** @type {number | null} */
    this.lastMs = null;
    this.scattered = 0;
    this.calm = 0;
    /** Whether this is no browser whose readings scatter. */
    this.steady = false;
  }

  /** Of the stream, at a page time. @param {number} tMs */
  ageMs(tMs) {
    return tMs - (this.firstMs ?? tMs);
  }

  /** @param {Point} point @returns {'rare' | 'block' | null}  what it is, or has made */
  add(point) {
    this.firstMs ??= point.tMs;
    const rare = point.tMs - (this.lastMs ?? point.tMs) > RARE_MS;
    this.lastMs = point.tMs;
    if (point.tMs - this.firstMs < FIRST_FROM_MS) return null;
    if (rare) {
      this.open = [];
      return 'rare';
    }
    this.open.push(point);
    if (this.open.length < BLOCK_POINTS || point.tMs - this.open[0].tMs < BLOCK_MS) return null;
    const xMs = median(this.open.map((each) => each.xMs));
    this.watchScatter(median(this.open.map((each) => Math.abs(each.xMs - xMs))));
    this.kept.push({ tMs: median(this.open.map((each) => each.tMs)), xMs });
    this.open = [];
    this.kept = this.kept.filter((each) => each.tMs > point.tMs - this.keptMs);
    return 'block';
  }

  get newest() {
    return this.kept[this.kept.length - 1];
  }

  /** @param {number} scatterMs  within a block */
  watchScatter(scatterMs) {
    const wide = scatterMs > SCATTER_MS;
    this.scattered = wide ? Math.min(this.scattered + 1, 2 * SCATTER_BLOCKS) : Math.max(this.scattered - 1, 0);
    this.calm = wide ? 0 : this.calm + 1;
    this.steady ||= this.calm === CALM_BLOCKS;
  }

  /** Whether single readings are so far off that their upper envelope says more than their middle. */
  get scatters() {
    return !this.steady && this.scattered >= SCATTER_BLOCKS;
  }
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
