// Generated from playback/protocol.py by `manage.py protocol_docs`; do not edit.

export interface ClockBudget {
  type: "clock.budget";
  pings_per_min: number;
}

export interface ClockPing {
  type: "clock.ping";
  t0: number;
}

export interface ClockPong {
  type: "clock.pong";
  t0: number;
  t1_us: number;
  t2_us: number;
}

export interface CommandAccepted {
  type: "command.accepted";
  id: string;
  revision: number;
}

export interface CommandRefused {
  type: "command.refused";
  id: string;
  code: string;
  message: string;
}

export interface EntryInfo {
  entry: number;
  track: TrackInfo;
}

export interface ListPart {
  revision: number;
  base: number | null;
  gone?: number[];
  rows?: ListRow[];
}

export interface ListRow {
  id: number;
  before: number | null;
  html: string;
}

export interface ListenerReport {
  type: "listener.report";
  audio: "buffering" | "locked" | "muted" | "playing" | "waiting";
  error_ms?: number | null;
  offset_error_ms?: number | null;
  offset_bound_ms?: number | null;
  clock_step_ms?: number | null;
  rtt_ms?: number | null;
  rtt_slow_ms?: number | null;
  clock_skew_ppm?: number | null;
  device_skew_ppm?: number | null;
  output_latency_ms?: number | null;
  output_latency_source?: string | null;
  trim_ms?: number | null;
  buffered_s?: number | null;
  decoded_s?: number | null;
  rendition?: string | null;
  underruns?: number;
  resyncs?: number;
  corrections?: number;
}

export interface PeopleResume {
  type: "people.resume";
}

export interface PeopleUpdate {
  type: "people.update";
  count: number;
  people: ListPart;
}

export interface ProtocolError {
  type: "error";
  code: string;
  message: string;
}

export interface QueueAdd {
  type: "queue.add";
  id: string;
  tracks: number[];
  place?: "end" | "next" | "now";
}

export interface QueueClear {
  type: "queue.clear";
  id: string;
}

export interface QueueMove {
  type: "queue.move";
  id: string;
  entry: number;
  before: number | null;
}

export interface QueueRemove {
  type: "queue.remove";
  id: string;
  entry: number;
}

export interface QueueRestore {
  type: "queue.restore";
  id: string;
  revision: number;
}

export interface RenditionInfo {
  id: string;
  codec: string;
  bitrate: number;
  frame_samples: number;
  preroll_samples: number;
}

export interface RoomClosed {
  type: "room.closed";
  message: string;
}

export interface RoomDestroy {
  type: "room.destroy";
  id: string;
}

export interface RoomJoin {
  type: "room.join";
  id: string;
  nickname?: string;
}

export interface RoomLeave {
  type: "room.leave";
  id: string;
}

export interface RoomParts {
  transport?: TransportPart | null;
  settings?: SettingsPart | null;
  lists?: Record<string, ListPart>;
}

export interface RoomResume {
  type: "room.resume";
  revision?: number;
}

export interface RoomSettings {
  type: "room.settings";
  id: string;
  name?: string | null;
  control?: "everyone" | "hosts" | null;
  visibility?: "public" | "unlisted" | null;
}

export interface RoomUpdate {
  type: "room.update";
  revision: number;
  base_revision: number;
  parts: RoomParts;
  anew?: boolean;
}

export interface SelfUpdate {
  type: "self.update";
  role: "host" | "listener" | "visitor";
  nickname: string;
  may_control: boolean;
}

export interface SettingsPart {
  revision: number;
  slug: string;
  name: string;
  control: "everyone" | "hosts";
  volume: number;
}

export interface SocketRefused {
  type: "socket.refused";
  code: string;
  message: string;
}

export interface TrackInfo {
  id: number;
  title: string;
  artist: string;
  album: string;
  duration_s: number;
  total_samples: number;
  segment_count: number;
  loudness_lufs: number | null;
  true_peak_dbtp: number | null;
  cover_url: string;
  audio_url: string;
  renditions: RenditionInfo[];
}

export interface TransportJump {
  type: "transport.jump";
  id: string;
  entry: number;
}

export interface TransportNext {
  type: "transport.next";
  id: string;
  entry: number;
}

export interface TransportPart {
  revision: number;
  status: "paused" | "playing" | "stopped";
  entry: number | null;
  position: number;
  at_us: number;
  repeat: "all" | "off" | "one";
  shuffle: boolean;
  lead_ms: number;
  current: EntryInfo | null;
  upcoming: EntryInfo[];
}

export interface TransportPause {
  type: "transport.pause";
  id: string;
}

export interface TransportPlay {
  type: "transport.play";
  id: string;
}

export interface TransportPrevious {
  type: "transport.previous";
  id: string;
  entry: number;
  revision: number;
}

export interface TransportRepeat {
  type: "transport.repeat";
  id: string;
  mode: "all" | "off" | "one";
}

export interface TransportSeek {
  type: "transport.seek";
  id: string;
  entry: number;
  position_s: number;
}

export interface TransportShuffle {
  type: "transport.shuffle";
  id: string;
  on: boolean;
}

export interface TransportStop {
  type: "transport.stop";
  id: string;
}

export interface TransportVolume {
  type: "transport.volume";
  id: string;
  volume: number;
}

export type FromClient = ClockPing | RoomResume | PeopleResume | RoomJoin | RoomLeave | RoomSettings | RoomDestroy | TransportPlay | TransportPause | TransportStop | TransportNext | TransportPrevious | TransportJump | TransportSeek | TransportVolume | TransportRepeat | TransportShuffle | QueueAdd | QueueRemove | QueueMove | QueueClear | QueueRestore | ListenerReport;

export type FromServer = ClockPong | ClockBudget | RoomUpdate | PeopleUpdate | SelfUpdate | CommandAccepted | CommandRefused | ProtocolError | RoomClosed | SocketRefused;
