// @ts-check
/**
 * What the reports of this platform swing by as a stream begins: loaded where there is such a curve, and nowhere else.
 *
 * The load is begun as the page opens, long before there is an output. Where an output is there first, its reports are
 * kept until the curve is there, and then fitted as if it had been there all along. Where it never comes, they are fitted
 * without one.
 */

import { systemOf } from './platform.js';

export class PlatformCurve {
  /** @type {import('./report_line.js').Curve | null} */
  curve = null;
  loading = false;

  /** @param {import('./platform.js').Facts} facts  `navigator`, or what it would say */
  async load(facts) {
    // PulseAudio, or PipeWire behind the same client library; Android has its own audio server
    if (systemOf(facts) !== 'linux') return;
    this.loading = true;
    try {
      const { PULSEAUDIO } = await import('./pulseaudio.js');
      this.curve = PULSEAUDIO;
    } finally {
      this.loading = false;
    }
  }
}
