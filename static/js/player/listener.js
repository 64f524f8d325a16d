// @ts-check
/** A page's listener: everything that a page does with a room's socket and its music goes through here. */

import { ClickTrack } from './click_track.js';
import { Commands } from '../link/commands.js';
import { DeviceMemory, possibleTrim } from '../output/device_memory.js';
import { heardOf, REPORTED } from './heard.js';
import { correctionFor } from '../output/latency_table.js';
import { Loader } from '../music/loader.js';
import { OutputDevice } from '../output/output_device.js';
import { Player } from './player.js';
import { lastReportOf, LOOK_EVERY_MS, reportOf, ReportSchedule } from './report.js';
import { RoomState } from '../link/room_state.js';
import { statusOf } from './status.js';
import { dueAt, SAMPLE_RATE_HZ } from '../music/timeline.js';

/** @typedef {import('../link/protocol').FromServer} FromServer */
/** @typedef {import('../link/protocol').RoomUpdate} RoomUpdate */
/** @typedef {import('../music/calibration.js').Calibration} Calibration */
/** @typedef {import('../link/link.js').Link} Link */
/** @typedef {'connecting' | 'open' | 'reconnecting' | 'closed'} Connection */

const NO_ROOM = 4404; // the server's close code

/**
 * Events: `room` {parts, anew}, what changed · `people` {count, people} · `self` {role, nickname, may_control} ·
 * `connection` {state} · `audio` {state} · `output` {}, another output sounds, and with its own trim · `clicks` {}, the
 * click track has begun or ended · `refused` {code, message}, a frame that the server could not take ·
 * `closed` {message}, the room is gone · `unopened` {code, message}, this page may not have a socket.
 */
export class Listener extends EventTarget {
  /**
   * @param {object} options
   * @param {Link} options.link  begun, as calibration is
   * @param {Calibration} options.calibration
   * @param {import('../output/platform_curve.js').PlatformCurve} options.platform
   * @param {{revision: number, parts: import('../link/protocol').RoomParts}} [options.initial]  what the page was
   *   rendered with
   */
  constructor({ link, calibration, platform, initial }) {
    super();
    this.link = link;
    this.state = new RoomState(initial);
    /** @type {Connection} */
    this.connection = 'connecting';
    /** Why nothing is sent once the link is closed. */
    this.goodbye = { code: 'left', message: 'The room was left.' };
    /** @type {string | null} the nickname under which this page listens; null while it only looks on */
    this.nickname = null;
    /** Whether sound came since it was asked for. */
    this.sounding = false;
    this.volume = 1;
    this.muted = false;
    this.reports = new ReportSchedule();
    this.loader = new Loader({ calibration, onLoaded: () => this.player.tick() });
    this.player = new Player({ loader: this.loader, platform });
    this.player.frames.correctionMs = correctionFor(navigator).ms;
    this.memory = new DeviceMemory();
    this.device = new OutputDevice({ devices: navigator.mediaDevices, kind: this.memory.kind });
    this.device.addEventListener('found', () => this.outputKnown());
    this.device.addEventListener('change', () => {
      this.outputKnown();
      this.player.outputChanged();
    });
    this.player.frames.trimMs = this.memory.trimOf(this.device.key);
    this.clicks = new ClickTrack({ player: this.player });
    this.clicks.addEventListener('change', () => this.clicksChanged());
    this.player.addEventListener('audio', () => this.tell('audio', { state: this.player.audio }));
    this.player.addEventListener('slept', () => this.link.slept());
    this.commands = new Commands((message) => this.link.send(message));
  }

  /** Look on: learn the server's clock and fetch ahead, so that a press finds everything there. */
  connect() {
    this.player.open();
    if (this.room.transport) this.player.setTransport(this.room.transport);
    this.link.attend({
      onState: (state, code) => this.linkChanged(state, code),
      onMessage: (message) => this.take(message),
      onClock: (reading) => this.player.setClock(reading),
    });
    this.device.look();
    setInterval(() => this.look(), LOOK_EVERY_MS);
    addEventListener('online', () => this.link.hurry());
    document.addEventListener('visibilitychange', () => this.visibilityChanged());
    // a context that the system interrupted comes back with the next touch of the page
    for (const touch of ['pointerdown', 'keydown']) addEventListener(touch, () => this.wake(), { passive: true });
    installStatus(this);
  }

  /**
   * Sound on this device. Call it in the press, with nothing awaited before it: browsers start sound only there.
   * @param {string} nickname
   * @returns {Promise<void>}  resolves when this page is a listener; rejects with CommandError
   */
  async listen(nickname) {
    const sound = this.player.listen();
    this.nickname = nickname;
    try {
      await this.commands.issue('room.join', { nickname });
    } catch (error) {
      this.silence();
      throw error;
    }
    await sound;
    this.sounding = true;
    this.reports.forget();
    this.report();
  }

  /** Leave the room; the page stays open. */
  async leave() {
    this.silence();
    this.nickname = null;
    await this.commands.issue('room.leave').catch(() => {}); // leaving must not fail: the socket's end is leave enough
  }

  /** No sound on this device; its person stays in the room. */
  silence() {
    this.clicks.stop();
    this.player.silence();
    this.sounding = false;
    if (this.connection === 'open') this.link.send(lastReportOf(this.status()));
    this.tell('audio', { state: this.player.audio });
  }

  /**
   * @param {string} type  of `playback.protocol`'s commands, say `transport.next`
   * @param {object} [fields]
   * @returns {Promise<{revision: number}>}  rejects with CommandError
   */
  command(type, fields = {}) {
    return this.commands.issue(type, fields);
  }

  /** @param {number} volume  0 to 1 */
  setOwnVolume(volume) {
    this.volume = volume;
    this.setLevel();
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.muted = muted;
    this.setLevel();
    this.report();
  }

  /** @param {string | null} quality  a rendition, or null or 'auto' */
  setQuality(quality) {
    this.loader.manual = quality === 'auto' ? null : quality || null;
  }

  /** Of the output that sounds. @param {number} trimMs  positive: it is to sound later; speakers that add a delay want less */
  setTrimMs(trimMs) {
    const possible = possibleTrim(trimMs);
    this.memory.keepTrim(this.device.key, possible);
    this.player.setTrimMs(possible);
  }

  get room() {
    return this.state.parts;
  }

  /** Everybody's, 0 to 1. */
  get roomVolume() {
    return this.state.parts.settings?.volume ?? 1;
  }

  /** What is due now by this page's own reckoning, whether or not the server has said that the track has changed. */
  now() {
    const { transport } = this.state.parts;
    const nowUs = this.player.frames.nowUs();
    if (!transport || nowUs === null) return { status: transport?.status ?? 'stopped', entry: null, track: null, position_s: 0 };
    const { status, entry, track, position } = dueAt(transport, nowUs);
    return { status, entry, track, position_s: position / SAMPLE_RATE_HZ };
  }

  /** The numbers of the sync monitor (docs/architecture.md). */
  status() {
    return statusOf(this);
  }

  setLevel() {
    const music = this.muted || this.clicks.running ? 0 : this.roomVolume * this.volume;
    this.player.outputs.setLevel(music ** 2); // squared: even steps of a slider sound even
    this.clicks.setLevel(this.muted ? 0 : this.volume ** 2);
  }

  clicksChanged() {
    this.setLevel();
    this.tell('clicks', {});
  }

  outputKnown() {
    const { key, kind } = this.device;
    this.memory.keepKind(kind);
    this.player.setTrimMs(this.memory.trimOf(key, kind));
    this.tell('output', {});
  }

  /** @param {FromServer} message */
  take(message) {
    switch (message.type) {
      case 'room.update': this.update(message); break;
      case 'people.update': this.tell('people', message); break;
      case 'self.update': this.tell('self', message); break;
      case 'command.accepted': this.commands.accept(message.id, message.revision); break;
      case 'command.refused': this.commands.refuse(message.id, message.code, message.message); break;
      case 'error': this.tell('refused', message); break;
      case 'room.closed':
        this.player.silence();
        this.tell('closed', message);
        break;
      case 'socket.refused':
        this.goodbye = message;
        this.tell('unopened', message);
        break;
    }
  }

  /** @param {RoomUpdate} update */
  update(update) {
    const { changed, missed } = this.state.apply(update);
    this.link.know(this.state.revision);
    if (missed) this.link.send({ type: 'room.resume', revision: this.state.revision });
    if (changed.transport) this.player.setTransport(changed.transport);
    if (changed.settings) this.setLevel();
    if (Object.keys(changed).length) this.tell('room', { parts: changed, anew: update.anew ?? false });
  }

  /** @param {import('../link/socket.js').SocketState} state @param {number} code */
  linkChanged(state, code) {
    if (state === 'open') {
      // the server forgot this socket's listener with the socket; joining again is harmless where it did not
      if (this.nickname !== null && this.connection === 'reconnecting') this.rejoin();
      this.commands.resend();
    }
    const before = this.connection;
    if (state === 'open' || state === 'closed') this.connection = state;
    else if (before === 'open') this.connection = 'reconnecting';
    if (this.connection !== before) this.tell('connection', { state: this.connection });
    if (state === 'closed') {
      this.commands.end(this.goodbye.code, this.goodbye.message);
      if (code === NO_ROOM) this.tell('closed', { message: '' });
    }
  }

  rejoin() {
    this.commands.issue('room.join', { nickname: this.nickname ?? '' })
      .then(() => this.reports.forget()) // the new socket has heard nothing yet
      .catch(() => {}); // said again by the next answer
  }

  visibilityChanged() {
    this.player.hidden = document.hidden;
    if (document.hidden) this.player.tick(); // lay the longer stretch while timers still run
    else this.link.hurry();
  }

  wake() {
    if (this.player.listening && this.player.audio === 'suspended') this.player.context?.resume();
  }

  look() {
    const { output } = this.player;
    const playout = output?.running && output.map.ready ? output.map.reading() : null;
    const believed = playout && playout.source !== 'held';
    const sinkId = /** @type {any} */ (output?.context)?.sinkId; // newer than TypeScript's DOM
    this.device.sample(performance.now(), sinkId, believed ? playout.latencyMs : null);
    this.clicks.tick();
    this.report();
  }

  /** Tell the server how this player does, if that is due. */
  report() {
    if (!this.player.listening || this.connection !== 'open') return;
    const audio = REPORTED[this.heard];
    if (!this.reports.due(performance.now(), audio, this.player.errorMs !== null)) return;
    this.link.send(reportOf(this.status(), audio));
  }

  /** What is heard here, and if nothing, why not: for the page's words and for the server alike. */
  get heard() {
    const { player, state } = this;
    return heardOf({
      connection: this.connection, known: state.parts.transport !== undefined, status: this.now().status,
      listening: player.listening, sounding: this.sounding, running: player.audio === 'running',
      muted: this.muted, volume: this.volume, roomVolume: this.roomVolume, clicking: this.clicks.running,
      errorMs: player.errorMs, clockErrorMs: player.frames.clock?.sigmaMs ?? null,
      clockStepMs: player.frames.clock?.stepMs ?? 0,
    });
  }

  /** @param {string} type @param {object} detail */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** For the sync monitor, the person at the console, and the tests. @param {Listener} listener */
export function installStatus(listener) {
  /** @type {any} */ (globalThis).synchro = { status: () => listener.status() };
}
