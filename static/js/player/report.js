// @ts-check
/** What a page tells the server of its player, and when. Pure: it is handed every reading and asks no clock. */

/** @typedef {import('../link/protocol').ListenerReport} ListenerReport */
/** @typedef {ListenerReport['audio']} Heard */

/** Often enough for the sync monitor; ten minutes of it are 120 readings (rooms/readings.py). */
const EVERY_MS = 5_000;
/** However much changes. The server counts a page that reports faster as one that reports this often. */
const AT_MOST_EVERY_MS = 1_000;
/** How often to look whether something has changed: nobody sees a quarter of a second of delay in the people list. */
export const LOOK_EVERY_MS = 250;

/** @param {ReturnType<typeof import('./status.js').statusOf>} status @param {Heard} audio @returns {ListenerReport} */
export function reportOf(status, audio) {
  return {
    type: 'listener.report',
    audio,
    error_ms: status.error_ms,
    offset_error_ms: status.offset_error_ms,
    offset_bound_ms: status.offset_bound_ms,
    clock_step_ms: status.clock_step_ms,
    rtt_ms: status.rtt_ms,
    rtt_slow_ms: status.rtt_slow_ms,
    clock_skew_ppm: status.clock_skew_ppm,
    device_skew_ppm: status.device_skew_ppm,
    output_latency_ms: status.output_latency_ms,
    output_latency_source: status.output_latency_source,
    trim_ms: status.trim_ms,
    buffered_s: status.buffered_s,
    decoded_s: status.decoded_s,
    rendition: status.rendition,
    underruns: status.underruns,
    resyncs: status.resyncs,
    corrections: status.corrections,
  };
}

/**
 * The last of a player that sounds no more: without it the others would go on reading the one before. Of its figures only
 * the counters still hold.
 * @param {ReturnType<typeof import('./status.js').statusOf>} status @returns {ListenerReport}
 */
export function lastReportOf({ underruns, resyncs, corrections }) {
  return { type: 'listener.report', audio: 'locked', underruns, resyncs, corrections };
}

/** Says when a report is due: every 5 s, and within a second when what people see of this page changes. */
export class ReportSchedule {
  constructor() {
    this.sentMs = -Infinity;
    this.told = '';
  }

  /**
   * @param {number} nowMs
   * @param {Heard} audio
   * @param {boolean} knowsError  whether the player knows where it sounds
   * @returns {boolean}  whether to report now; then it counts as done
   */
  due(nowMs, audio, knowsError) {
    const sinceMs = nowMs - this.sentMs;
    const tells = `${audio}/${knowsError}`;
    if (sinceMs < (tells === this.told ? EVERY_MS : AT_MOST_EVERY_MS)) return false;
    this.sentMs = nowMs;
    this.told = tells;
    return true;
  }

  /** The server has heard nothing of this player yet, or no more: the next look reports. */
  forget() {
    this.sentMs = -Infinity;
  }
}
