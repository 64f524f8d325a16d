// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LockScreen } from '../../../static/js/page/lock_screen.js';

/** A system's session that notes what it is told, and a clock to be moved. */
function system() {
  const clock = { ms: 0 };
  /** @type {[string, MediaPositionState | undefined][]} */
  const told = [];
  const session = { playbackState: '', setPositionState: (/** @type {MediaPositionState} */ state) => told.push([session.playbackState, state]) };
  const screen = new LockScreen({ session: /** @type {any} */ (session), now: () => clock.ms });
  const look = (/** @type {string} */ status, /** @type {number} */ position_s, duration_s = 100) => screen.show({ status, position_s, duration_s });
  return { clock, told, look, session };
}

test('a system that counts on by itself is told once', () => {
  const { clock, told, look } = system();
  for (; clock.ms <= 60_000; clock.ms += 250) look('playing', 10 + clock.ms / 1000);
  assert.deepEqual(told, [['playing', { duration: 100, position: 10 }]]);
});

test('it is told of every seek, pause, and other track', () => {
  const { clock, told, look } = system();
  look('playing', 10);
  clock.ms = 1_000;
  look('playing', 30);
  look('paused', 30);
  clock.ms = 90_000;
  look('paused', 30);
  look('playing', 30);
  look('playing', 30, 200);
  assert.deepEqual(told, [
    ['playing', { duration: 100, position: 10 }], ['playing', { duration: 100, position: 30 }],
    ['paused', { duration: 100, position: 30 }], ['playing', { duration: 100, position: 30 }],
    ['playing', { duration: 200, position: 30 }],
  ]);
});

test('where it stands and the music goes on, it is told as often as it is off', () => {
  const { clock, told, look } = system();
  for (; clock.ms < 4_000; clock.ms += 250) look('paused', clock.ms / 1000); // muted
  assert.equal(told.length, 6);
});

test('a position beyond the track is told as its end: a browser throws at others', () => {
  const { told, look } = system();
  look('playing', 100.2);
  look('playing', -0.3);
  assert.deepEqual(told.map(([, state]) => state?.position), [100, 0]);
});

test('nothing plays: no position', () => {
  const { told, look, session } = system();
  look('stopped', 0, 0);
  assert.deepEqual([told, session.playbackState], [[], 'paused']);
});

test('a browser without such a session', () => {
  const screen = new LockScreen({ session: null });
  screen.answer({ play: () => assert.fail() });
  screen.showTrack(null);
  screen.show({ status: 'playing', position_s: 0, duration_s: 1 });
});
