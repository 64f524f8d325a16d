// @ts-check
/**
 * Which strategy the output clock goes by, since when, and why: a state machine. A transition that is none of TRANSITIONS
 * is a fault of the program, and raises.
 */

/**
 * @typedef {'unknown' | 'reported' | 'envelope' | 'stated'} StrategyName  `unknown`: no reading has said yet which
 */
/**
 * @typedef {'stream_began' | 'stream_interrupted' | 'page_slept' | 'output_changed'} Beginning  why nothing is known
 */
/**
 * @typedef {'report_came' | 'report_missing' | 'report_echoes' | 'report_scatters' | 'report_steady'} Reason
 *   the browser reports what sounds; it does not, for long; it repeats its own clock; its reports scatter so far that
 *   their upper envelope says more than their middle; they do not, or no more
 */

/** @type {Record<StrategyName, Partial<Record<Reason, StrategyName>>>} */
const TRANSITIONS = {
  unknown: { report_came: 'reported', report_missing: 'stated', report_echoes: 'stated' },
  reported: { report_scatters: 'envelope', report_missing: 'stated' },
  envelope: { report_steady: 'reported', report_missing: 'stated' },
  stated: { report_came: 'reported' },
};

export class StrategyState {
  /** @param {Beginning} reason @param {number} nowMs */
  constructor(reason, nowMs) {
    /** @type {StrategyName} */
    this.name = 'unknown';
    /** Of the last transition. @type {Beginning | Reason} */
    this.reason = reason;
    this.sinceMs = nowMs;
  }

  /** @param {Reason} reason @param {number} nowMs */
  change(reason, nowMs) {
    const next = TRANSITIONS[this.name][reason];
    if (next === undefined) throw new Error(`"${reason}" does not end the output clock's strategy "${this.name}"`);
    this.name = next;
    this.reason = reason;
    this.sinceMs = nowMs;
  }
}
