// @ts-check
/** The curve that one platform's reports swing by: who loads it, and what becomes of an output that is there before it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformCurve } from '../../../static/js/output/platform_curve.js';
import { PlayoutMap } from '../../../static/js/output/playout.js';
import { PULSEAUDIO } from '../../../static/js/output/pulseaudio.js';
import { FakeContext } from '../support/audio.js';
import { measuredSwing } from '../support/measured_swing.js';

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

for (const [system, facts, name] of /** @type {const} */ ([
  ['Linux', { userAgent: `Mozilla/5.0 (X11; Linux x86_64) ${CHROME}`, platform: 'Linux x86_64' }, 'pulseaudio'],
  ['Android', { userAgent: `Mozilla/5.0 (Linux; Android 10; K) ${CHROME}`, platform: 'Linux armv81' }, null],
  ['Windows', { userAgent: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME}`, platform: 'Win32' }, null],
  ['a Mac', { userAgent: `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${CHROME}`, platform: 'MacIntel' }, null],
])) {
  test(`${system} has ${name ? 'the curve of its audio server' : 'no curve'}`, async () => {
    const platform = new PlatformCurve();
    const loaded = platform.load(facts);
    assert.deepEqual([platform.loading, platform.curve], [name !== null, null]);
    await loaded;
    assert.deepEqual([platform.loading, platform.curve?.name ?? null], [false, name]);
  });
}

/** A stream that swings as PulseAudio's do, on a platform whose curve comes some time after the stream began: how far off
 * the map is at most while it is ready. @param {number} loadedAfterMs */
function mostOff(loadedAfterMs) {
  const context = new FakeContext({ skewPpm: 66, lie: measuredSwing });
  const platform = { curve: /** @type {typeof PULSEAUDIO | null} */ (null), loading: true };
  const map = new PlayoutMap({ context: /** @type {any} */ (context), now: () => context.nowMs, platform });
  let most = 0;
  let readyMs = Infinity;
  for (let i = 0; context.nowMs < context.startMs + 25_000; i++) {
    context.advance(16 + (i * 3.7) % 9);
    const ageMs = context.nowMs - context.startMs;
    if (ageMs > loadedAfterMs) Object.assign(platform, { curve: PULSEAUDIO, loading: false });
    map.sample();
    if (!map.ready) continue;
    readyMs = Math.min(readyMs, ageMs);
    most = Math.max(most, Math.abs(map.contextMsAt(context.nowMs) - context.soundedFrames(context.nowMs) / 48));
  }
  return { most, readyMs, doubtful: map.doubtful };
}

test('a stream that begins before the curve is there waits for it, and is known as well as if it had been there', () => {
  const first = mostOff(0);
  for (const lateMs of [300, 900]) {
    const late = mostOff(lateMs);
    assert.ok(late.most <= first.most, `${late.most} ms, not ${first.most}`);
    assert.ok(late.readyMs < Math.max(first.readyMs, lateMs) + 300, `${late.readyMs}`);
  }
});

test('a stream does not wait for it longer than another one takes to begin', () => {
  assert.ok(mostOff(Infinity).readyMs < 1_700);
});
