// @ts-check
/**
 * Steps of the device, as the render clock saw them: they tell a step of the report that is true from one that is its own.
 */

/** For how long a step of the render clock speaks for one of the report's. */
const STEP_HOLDS_MS = 1_500;
/** The report's own step may differ from the render clock's by this share of it. */
const ALIKE = 1 / 3;
/** A step that is no filling of buffers (2 ms at a time) but a stumble: half a callback. It accounts for what the report
 * does in this while. */
const STUMBLE_MS = 10;
const STUMBLE_HOLDS_MS = 3_000;

export class DeviceSteps {
  /** @type {{stepMs: number, tMs: number} | null} */
  newest = null;
  stumbledMs = -Infinity;

  /** The render clock has stepped. A step in the middle of a while comes in two parts.
   * @param {number} tMs @param {number} stepMs */
  add(tMs, stepMs) {
    const before = this.newest && tMs - this.newest.tMs < STEP_HOLDS_MS ? this.newest.stepMs : 0;
    this.newest = { tMs, stepMs: before + stepMs };
    if (Math.abs(stepMs) > STUMBLE_MS) this.stumbledMs = tMs;
  }

  /** The report has followed them. */
  forget() {
    this.newest = null;
    this.stumbledMs = -Infinity;
  }

  /** Whether the device has made this step of the report too. A report that steps alone is not believed before it has
   * stood still: its filter jumps by 4 to 11 ms, and may by more, while the device goes on evenly, and takes 9 to 16 s to
   * come back. @param {number} offMs @param {number} nowMs */
  confirm(offMs, nowMs) {
    const { tMs, stepMs } = this.newest ?? { tMs: -Infinity, stepMs: 0 };
    return nowMs - tMs < STEP_HOLDS_MS && Math.abs(offMs - stepMs) < Math.abs(offMs) * ALIKE;
  }

  /** Whether it has stumbled a moment ago. @param {number} nowMs */
  stumbled(nowMs) {
    return nowMs - this.stumbledMs < STUMBLE_HOLDS_MS;
  }

  /** By how much a device stumbled whose report is this far off, and swings: as the render clock has it, where it has gone
   * the same way as far. Filled again at once, it has not. @param {number} offMs @param {number} leastMs */
  stumbleMs(offMs, leastMs) {
    const stepMs = this.newest?.stepMs ?? 0;
    return Math.abs(stepMs) > leastMs && stepMs * offMs > 0 ? stepMs : offMs;
  }
}
