// @ts-check
/**
 * Which output sounds: by name where the browser tells it, else whether it is wired or wireless, judged by the delay that
 * it reports. It is handed every reading, and dispatches `found` when it has learnt what the output is that it has had from
 * the start, and `change` when it has become another one.
 *
 * A browser names outputs only to a page that may use the microphone, and to a page on plain http never. Without a name a
 * change from one wired output to another is not seen here, and need not be: the playout map follows what both report.
 */

/** @typedef {'wired' | 'wireless'} Kind */
/** @typedef {Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'groupId' | 'label'>} DeviceInfo */
/** @typedef {{enumerateDevices: () => Promise<DeviceInfo[]>, addEventListener: EventTarget['addEventListener']}} Devices */

/** Wired outputs report less, Bluetooth more. The same as BLUETOOTH_LATENCY_MS in rooms/monitor/verdicts.py. */
const WIRELESS_LATENCY_MS = 120;
/** A latency that wanders across that line is the same output still. One that shifts by more, and stays, is not. */
const SHIFT_MS = 10;
const SHIFTED_FOR_MS = 2_000;
/** After a change the playout map begins anew, and a stream's first seconds say little. */
const PAUSE_MS = 10_000;
/** Share of a new reading in what is usual, of four a second: half a minute's worth. */
const FOLLOW = 0.02;

export class OutputDevice extends EventTarget {
  /**
   * @param {object} [options]
   * @param {Devices} [options.devices]  `navigator.mediaDevices`, which not every page has
   * @param {Kind} [options.kind]  what to take the output for until it shows
   */
  constructor({ devices, kind = 'wired' } = {}) {
    super();
    this.devices = devices;
    this.kind = kind;
    /** What is remembered about this output is remembered under this. @type {string} */
    this.key = kind;
    /** @type {string | null} */
    this.name = null;
    this.sinkId = '';
    this.looks = 0;
    /** Whether anything has been seen of the output: what is learnt first is no change. */
    this.seen = false;
    /** @type {number | null} of the latency */
    this.usualMs = null;
    /** @type {number | null} */
    this.shiftedSinceMs = null;
    this.changedMs = -Infinity;
    devices?.addEventListener('devicechange', () => {
      this.seen = true;
      this.usualMs = null; // perhaps another output now: judge it by its own latency alone
      this.look();
    });
  }

  /** Find out which output it is. */
  async look() {
    this.looks += 1;
    const look = this.looks;
    const event = this.seen ? 'change' : 'found';
    const name = await this.ask();
    if (look !== this.looks) return; // asked again meanwhile
    const key = name !== null ? `device:${name}` : this.sinkId ? `sink:${this.sinkId}` : this.kind;
    if (key === this.key) return;
    this.key = key;
    this.name = name;
    this.seen = true;
    this.dispatchEvent(new Event(event));
  }

  async ask() {
    try {
      return nameOf((await this.devices?.enumerateDevices()) ?? [], this.sinkId);
    } catch { // a policy of the page's or of the browser's
      return null;
    }
  }

  /**
   * Some four times a second.
   * @param {number} nowMs
   * @param {unknown} sinkId  of the AudioContext, where it has one
   * @param {number | null} latencyMs  as reported; null while it is not known, or not believed
   */
  sample(nowMs, sinkId, latencyMs) {
    const sink = typeof sinkId === 'string' ? sinkId : '';
    if (sink !== this.sinkId) {
      this.sinkId = sink;
      this.seen = true;
      this.usualMs = null;
      this.look();
    }
    if (latencyMs === null || nowMs - this.changedMs < PAUSE_MS) return;
    const kind = latencyMs > WIRELESS_LATENCY_MS ? 'wireless' : 'wired';
    if (kind === this.kind) {
      this.seen = true;
      this.usualMs = latencyMs - (1 - FOLLOW) * (latencyMs - (this.usualMs ?? latencyMs));
    } else if (this.usualMs === null || Math.abs(latencyMs - this.usualMs) > SHIFT_MS) {
      this.shiftedSinceMs ??= nowMs;
      if (nowMs - this.shiftedSinceMs >= SHIFTED_FOR_MS) this.turn(nowMs, kind, latencyMs);
      return;
    }
    this.shiftedSinceMs = null;
  }

  /** @param {number} nowMs @param {Kind} kind @param {number} latencyMs */
  turn(nowMs, kind, latencyMs) {
    this.kind = kind;
    this.usualMs = latencyMs;
    this.shiftedSinceMs = null;
    this.changedMs = nowMs;
    this.look();
  }
}

/**
 * The name of the output that a sink id stands for, or null if that cannot be told.
 * @param {DeviceInfo[]} devices @param {string} sinkId  empty: the system's default
 */
export function nameOf(devices, sinkId) {
  const named = devices.filter(({ kind, label }) => kind === 'audiooutput' && label !== '');
  if (sinkId) return named.find(({ deviceId }) => deviceId === sinkId)?.label ?? null;
  // Chromium lists the default twice: as "Default - Speakers", in the browser's language, and as what it is
  const standIn = named.find(({ deviceId }) => deviceId === 'default');
  const real = named.filter(({ deviceId }) => deviceId !== 'default' && deviceId !== 'communications');
  if (!standIn) return real.length === 1 ? real[0].label : null;
  const group = real.filter(({ groupId }) => groupId === standIn.groupId);
  const found = group.find(({ label }) => standIn.label.endsWith(label)) ?? (group.length === 1 ? group[0] : null);
  return found?.label ?? null;
}
