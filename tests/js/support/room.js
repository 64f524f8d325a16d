// @ts-check
/** Rooms as the server would describe them. */

import { SEGMENT_SAMPLES } from '../../../static/js/music/segment_grid.js';

/** @typedef {import('../../../static/js/link/protocol').TransportPart} TransportPart */
/** @typedef {import('../../../static/js/link/protocol').TrackInfo} TrackInfo */
/** @typedef {{id: number, total_samples: number}} Entry  a track's place in a room's play order */
/** @typedef {Pick<TransportPart, 'status' | 'entry' | 'position' | 'at_us' | 'repeat'>} Transport */

/** @param {Entry} entry @returns {TrackInfo} */
export function track({ id, total_samples }) {
  return {
    id, title: `Track ${id}`, artist: 'A', album: 'B', duration_s: total_samples / 48_000, total_samples,
    segment_count: Math.ceil(total_samples / SEGMENT_SAMPLES), loudness_lufs: -14, true_peak_dbtp: -1,
    cover_url: '', audio_url: `/library/audio/${id}/`,
    renditions: [['aac-64', 64_000, 3072], ['aac-128', 128_000, 3072], ['aac-256', 256_000, 3072], ['flac', 900_000, 4096]]
      .map(([rendition, bitrate, preroll]) => ({
        id: String(rendition), codec: rendition === 'flac' ? 'fLaC' : 'mp4a.40.2', bitrate: Number(bitrate),
        frame_samples: rendition === 'flac' ? 4096 : 1024, preroll_samples: Number(preroll),
      })),
  };
}

/**
 * @param {Transport} transport
 * @param {Entry | undefined} current @param {Entry[]} [after]
 * @returns {TransportPart}
 */
export function part(transport, current, after = []) {
  const info = (/** @type {Entry} */ entry) => ({ entry: entry.id, track: track(entry) });
  return {
    revision: 1, shuffle: false, lead_ms: 300, ...transport,
    current: current ? info(current) : null, upcoming: after.map(info),
  };
}
