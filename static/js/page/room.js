// @ts-check
/** A room's page: joins the parts of the page to the listener, and each to its buttons. */

import { calibration, initial, link, platform } from './early.js';
import { Listener } from '../player/listener.js';
import { refetch } from './refetch.js';
import { DevicePanel } from './device.js';
import { moveTo } from './address.js';
import { InviteDialog } from './invite.js';
import { JoinPanel } from './joining.js';
import { Leaving } from './leaving.js';
import { LockScreen } from './lock_screen.js';
import { NowPlaying } from './now_playing.js';
import { Lists } from './queue.js';
import { Rights } from './rights.js';
import { SeekBar } from './seek_bar.js';
import { Shortcuts } from './shortcuts.js';
import { syncWords } from './sync_words.js';
import { announce, showRefusal, showToast } from './toasts.js';
import { TransportBar } from './transport.js';
import { TuningPanel } from './tuning.js';
import { gettext } from './words.js';

/** How often the page looks where the music is: often enough for the clock, seldom enough for a phone's battery. */
const LOOK_EVERY_MS = 250;

const root = element('room');
const listener = new Listener({ link, calibration, platform, initial });

const now = new NowPlaying(root);
const lockScreen = new LockScreen();
const lists = new Lists({ resumePeople: () => link.send({ type: 'people.resume' }) });
const transport = new TransportBar(root, listener);
const seekBar = new SeekBar(element('seek'), (position_s) => transport.seek(position_s));
const rights = new Rights(root, (may) => seekBar.allow(may));
const device = new DevicePanel(listener, look);
new TuningPanel(listener);
new InviteDialog(() => now.room);
const join = new JoinPanel(root, listener, () => {
  device.toggleMute(false); // who presses "Listen" wants to hear
  look();
});
/** @type {number | null | undefined}  undefined: nothing was shown yet */
let shownEntry;

listener.addEventListener('room', (event) => {
  const { parts, anew } = /** @type {CustomEvent} */ (event).detail;
  if (parts.transport) transport.show(parts.transport);
  if (parts.lists) lists.show(parts.lists, anew);
  if (parts.settings) showSettings(parts.settings);
  look();
});
listener.addEventListener('people', (event) => lists.showPeople(/** @type {CustomEvent} */ (event).detail));
listener.addEventListener('self', (event) => {
  const { role, may_control } = /** @type {CustomEvent} */ (event).detail;
  rights.take({ role, mayControl: may_control });
});
listener.addEventListener('connection', (event) => {
  if (/** @type {CustomEvent} */ (event).detail.state === 'open') refetch.now();
  look();
  announce(syncWords(listener.status()).words);
});
listener.addEventListener('audio', () => {
  const { audio } = listener.status();
  if (join.sounding && audio === 'locked') join.ask();
  look();
  if (join.sounding && audio === 'suspended') announce(syncWords(listener.status()).words);
});
listener.addEventListener('refused', (event) => showRefusal(/** @type {CustomEvent} */ (event).detail));
listener.addEventListener('closed', () => {
  element('closed').hidden = false;
  rights.end();
  look();
});
listener.addEventListener('unopened', (event) => {
  element('unopened').textContent = /** @type {CustomEvent} */ (event).detail.message;
  element('unopened').hidden = false;
  rights.end();
  look();
});

/** Show where the music is and how well this device plays along. */
function look() {
  const { entry, track, position_s, status } = listener.now();
  const shown_s = status === 'stopped' ? 0 : position_s; // a queue that ran out stands at its end, and "play" begins anew
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
    seekBar.setPosition(shown_s);
    transport.follow(status);
  }
  const { tone, words, note } = syncWords(listener.status());
  const sync = element('sync');
  if (sync.dataset.tone !== tone) sync.dataset.tone = tone;
  const place = element('sync-words');
  if (place.textContent !== words) place.textContent = words;
  const noted = element('sync-note');
  if (noted.textContent !== note) noted.textContent = note;
  noted.hidden = !note;
  if (join.sounding) {
    lockScreen.show({ status: device.muted ? 'paused' : status, position_s: shown_s, duration_s: track?.duration_s ?? 0 });
  }
}

/** @param {{slug: string, name: string, control: string, volume: number}} settings */
function showSettings({ slug, name, control, volume }) {
  moveTo(slug);
  if (name !== now.room) now.rename(name);
  device.showRoomVolume(volume);
  rights.setControl(control);
}

const leaving = new Leaving({
  room: /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=room]')).content,
  sounding: () => join.sounding, heard: () => listener.heard,
});

/** What a key does to this device it does only while that is to be seen. @param {boolean} [muted] */
function mute(muted) {
  if (join.sounding) device.toggleMute(muted);
}

new Shortcuts({
  mayPlay: () => transport.allowed,
  onSpace: () => transport.press('play'),
  letters: {
    n: () => transport.press('next'),
    p: () => transport.press('previous'),
    m: () => mute(),
    '?': () => openDialog('help-dialog', 'help'),
  },
});

/** @param {string} id  of a dialog @param {string} opener  what has the focus afterwards, if nothing had it before */
function openDialog(id, opener) {
  const opened = dialog(id);
  opened.showModal();
  opened.addEventListener('close', () => {
    const focused = document.activeElement; // what is hidden with the dialog has it for a moment longer
    if (focused === document.body || opened.contains(focused)) element(opener).focus();
  }, { once: true });
}

element('help').addEventListener('click', () => openDialog('help-dialog', 'help'));
element('settings').addEventListener('click', () => {
  element('settings-body').replaceChildren(); // of the last time; htmx fetches the form as it is now
  openDialog('settings-dialog', 'settings');
});
document.addEventListener('settings-saved', () => {
  dialog('settings-dialog').close();
  showToast({ text: gettext('Saved.') });
});
element('leave').addEventListener('submit', async (event) => {
  event.preventDefault();
  join.ask(); // nobody who leaves wants to go on at once
  if (listener.status().connection === 'open') await listener.leave();
  location.assign(/** @type {HTMLAnchorElement} */ (document.querySelector('.brand')).href);
});
element('invite').addEventListener('click', () => openDialog('invite-dialog', 'invite'));

// a link in the page ("Add music") to a folded part unfolds it
document.addEventListener('click', (event) => {
  const link = /** @type {Element} */ (event.target).closest('a[href="#add-music"]');
  if (!link) return;
  /** @type {HTMLDetailsElement} */ (element('add-music')).open = true;
  element('q').focus();
});

device.restore();
// its pause is a mute: a phone that rings must not stop the music of everybody else
lockScreen.answer({
  play: () => mute(false),
  pause: () => mute(true),
  nexttrack: () => transport.press('next'),
  previoustrack: () => transport.press('previous'),
});
if (listener.room.transport) transport.show(listener.room.transport);
if (leaving.sounded) join.resume();
listener.connect();
if (/** @type {any} */ (globalThis).earlyPress?.take()) join.press(); // page/early_press.js
setInterval(look, LOOK_EVERY_MS);

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} id */
function dialog(id) {
  return /** @type {HTMLDialogElement} */ (document.getElementById(id));
}
