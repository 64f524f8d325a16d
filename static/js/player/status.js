// @ts-check
/** The numbers of the sync monitor, named for people who script against them: `window.synchro.status()`. */

import { serverUsAt } from '../link/clock.js';
import { LATENCY_TABLE_VERSION } from '../output/latency_table.js';

/** @param {import('./listener.js').Listener} listener */
export function statusOf(listener) {
  const { player, loader, state } = listener;
  const { clock, output } = player.frames;
  const map = output?.map;
  const nowMs = player.now();
  const { status, entry, track, position_s } = listener.now();
  const playout = map?.ready ? map.reading() : null;
  const error_ms = rounded(player.errorMs);
  return {
    revision: state.revision,
    status,
    entry,
    track: track?.id ?? null,
    /** what sounds now; what is due now where nothing sounds */
    position_s: position_s + (error_ms ?? 0) / 1000,
    /** server time minus this computer's */
    offset_ms: clock && rounded(serverUsAt(clock, nowMs) / 1000 - (performance.timeOrigin + nowMs)),
    /** the clock's standard error; `offset_bound_ms` is what it certainly does not exceed, asymmetric paths and all */
    offset_error_ms: clock && rounded(clock.sigmaMs),
    offset_bound_ms: clock && rounded(clock.boundMs),
    /** in which this browser reads its clock; Firefox's protection against fingerprinting makes it 16.667 ms */
    clock_step_ms: clock && rounded(clock.stepMs),
    rtt_ms: clock && rounded(clock.rttMs),
    rtt_slow_ms: clock && rounded(clock.rttSlowMs),
    clock_skew_ppm: clock && rounded(clock.slope * 1e6),
    device_skew_ppm: playout && rounded(playout.skewPpm),
    output_latency_ms: playout && rounded(playout.latencyMs),
    output_latency_source: playout?.source ?? null,
    /** by which strategy what sounds is known (docs/player.md), why it was gone over to, and for how long it is in use */
    output_strategy: map?.state.name ?? null,
    output_strategy_reason: map?.state.reason ?? null,
    output_strategy_s: map ? rounded((nowMs - map.state.sinceMs) / 1000) : null,
    /** why another stream would be known better than this one */
    output_doubt: map?.doubt ?? null,
    /** what the reports of this platform are known to swing by as a stream begins */
    output_curve: map?.platform.curve?.name ?? null,
    /** how much later than it says this browser sounds, by the table of that version */
    latency_correction_ms: player.frames.correctionMs,
    latency_table: LATENCY_TABLE_VERSION,
    trim_ms: player.frames.trimMs,
    error_ms,
    corrections: player.voices.pace.corrections,
    resyncs: player.resyncs,
    /** how often some of the music was left out, or sounded twice, unheard */
    splices: player.splices,
    /** how often another stream took over from one that was badly known, and what was doubtful about the last one */
    handovers: player.handovers,
    handover_reason: player.handoverReason,
    device_steps: map?.steps ?? 0,
    underruns: player.voices.underruns,
    buffered_s: rounded(loader.bufferedS),
    decoded_s: rounded(loader.store.decodedS),
    throughput_kbps: Math.round(loader.throughput.bps / 1000),
    rendition: loader.rendition,
    connection: listener.connection,
    audio: player.audio,
    /** what comes of all this on this device (`heard.js`) */
    heard: listener.heard,
  };
}

/** To a thousandth. @template {number | null} T @param {T} value @returns {T} */
function rounded(value) {
  return /** @type {T} */ (value === null ? null : Math.round(value * 1000) / 1000);
}
