// @ts-check
/** A room's page: joins the parts of the page to the listener, and each to its buttons. */

import { calibration, link } from './early.js';
import { Listener } from './listener.js';
import { DevicePanel } from './page/device.js';
import { takePress } from './page/early_press.js';
import { JoinPanel } from './page/joining.js';
import { LockScreen } from './page/lock_screen.js';
import { NowPlaying } from './page/now_playing.js';
import { Lists } from './page/queue.js';
import { SeekBar } from './page/seek_bar.js';
import { listenForKeys } from './page/shortcuts.js';
import { syncWords } from './page/sync_words.js';
import { announce, showRefusal, showToast } from './page/toasts.js';
import { TransportBar } from './page/transport.js';
import { TuningPanel } from './page/tuning.js';
import { gettext } from './page/words.js';

/** How often the page looks where the music is: often enough for the clock, seldom enough for a phone's battery. */
const LOOK_EVERY_MS = 250;
const SEEK_STEP_S = 5;

const root = element('room');
const listener = new Listener({ link, calibration });

const now = new NowPlaying(root);
const lockScreen = new LockScreen();
const lists = new Lists(document.documentElement.lang);
const transport = new TransportBar(root, listener);
const seekBar = new SeekBar(element('seek'), (position_s) => transport.seek(position_s));
const device = new DevicePanel(listener);
new TuningPanel(listener);
const join = new JoinPanel(root, listener, look);
/** @type {number | null | undefined}  undefined: nothing was shown yet */
let shownEntry;

listener.addEventListener('room', (event) => {
  const { transport: part, queue, history, settings } = /** @type {CustomEvent} */ (event).detail.parts;
  if (part) transport.show(part);
  if (queue) lists.showQueue(queue.html);
  if (history) lists.showHistory(history.html);
  if (settings) showSettings(settings);
  look();
});
listener.addEventListener('people', (event) => lists.showPeople(/** @type {CustomEvent} */ (event).detail));
listener.addEventListener('self', (event) => {
  const { role, may_control } = /** @type {CustomEvent} */ (event).detail;
  root.dataset.role = role;
  allow(may_control);
});
listener.addEventListener('connection', () => {
  look();
  announce(syncWords(listener.status(), join.sounding).words);
});
listener.addEventListener('audio', () => {
  const { audio } = listener.status();
  if (join.sounding && audio === 'locked') join.ask();
  look();
  if (join.sounding && audio === 'suspended') announce(syncWords(listener.status(), true).words);
});
listener.addEventListener('refused', (event) => showRefusal(/** @type {CustomEvent} */ (event).detail));
listener.addEventListener('closed', () => {
  element('closed').hidden = false;
  allow(false);
  look();
});

/** Show where the music is and how well this device plays along. */
function look() {
  const { entry, track, position_s, status } = listener.now();
  // until the room and its clock are known, what the server rendered stands
  const known = transport.part !== null && (entry === null) === (transport.part.entry === null);
  if (known) {
    if (entry !== shownEntry) {
      shownEntry = entry;
      now.show(track);
      lockScreen.showTrack(track);
      seekBar.setTrack(track);
      lists.setCurrent(entry);
    }
    seekBar.setPosition(position_s);
    transport.follow(status);
  }
  const { tone, words } = syncWords(listener.status(), join.sounding);
  const sync = element('sync');
  if (sync.dataset.tone !== tone) sync.dataset.tone = tone;
  const place = element('sync-words');
  if (place.textContent !== words) place.textContent = words;
  if (join.sounding) {
    lockScreen.show({ status: device.muted ? 'paused' : status, position_s, duration_s: track?.duration_s ?? 0 });
  }
}

/** @param {{name: string, control: string, volume: number}} settings */
function showSettings({ name, control, volume }) {
  element('room-name').textContent = name;
  device.showRoomVolume(volume);
  if (control === root.dataset.control) return;
  root.dataset.control = control;
  // one frame tells everybody; what it means for this person is worked out here as in rooms/permissions.py
  const { role } = root.dataset;
  allow(role === 'host' || (control === 'everyone' && role === 'listener'));
}

/** @param {boolean} may  whether queue and transport are this person's to change */
function allow(may) {
  root.dataset.mayControl = String(may);
  seekBar.allow(may);
}

listenForKeys({
  ' ': () => transport.press('play'),
  n: () => transport.press('next'),
  p: () => transport.press('previous'),
  m: () => device.toggleMute(),
  ArrowLeft: () => seekBar.nudgeBy(-SEEK_STEP_S),
  ArrowRight: () => seekBar.nudgeBy(SEEK_STEP_S),
  ArrowUp: () => device.stepVolume(1),
  ArrowDown: () => device.stepVolume(-1),
  '?': () => dialog('help-dialog').showModal(),
});

element('help').addEventListener('click', () => dialog('help-dialog').showModal());
element('settings').addEventListener('click', () => dialog('settings-dialog').showModal());
document.addEventListener('settings-saved', () => {
  dialog('settings-dialog').close();
  showToast({ text: gettext('Saved.') });
});
element('leave').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (listener.status().connection === 'open') await listener.leave();
  location.assign(/** @type {HTMLAnchorElement} */ (document.querySelector('.brand')).href);
});
element('share').addEventListener('click', async () => {
  const url = element('share').dataset.url ?? '';
  if (navigator.share && matchMedia('(pointer: coarse)').matches) {
    await navigator.share({ title: document.title, url }).catch(() => {}); // the person thought better of it
  } else if (await copy(url)) {
    showToast({ text: gettext('Link copied.') });
  } else {
    showToast({ text: url });
  }
});

/** A page on a plain http address has no clipboard: then the link is shown instead. @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// a link in the page ("Add music") to a folded part unfolds it
document.addEventListener('click', (event) => {
  const link = /** @type {Element} */ (event.target).closest('a[href="#add-music"]');
  if (!link) return;
  /** @type {HTMLDetailsElement} */ (element('add-music')).open = true;
  element('q').focus();
});

allow(root.dataset.mayControl === 'true');
device.restore();
// its pause is a mute: a phone that rings must not stop the music of everybody else
lockScreen.answer({
  play: () => device.toggleMute(false),
  pause: () => device.toggleMute(true),
  nexttrack: () => transport.press('next'),
  previoustrack: () => transport.press('previous'),
});
listener.connect();
if (takePress()) join.press();
setInterval(look, LOOK_EVERY_MS);

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} id */
function dialog(id) {
  return /** @type {HTMLDialogElement} */ (document.getElementById(id));
}
