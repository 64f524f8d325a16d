// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClickTrack, clickSamples } from '../../../static/js/player/click_track.js';
import { Player } from '../../../static/js/player/player.js';
import { FakeContext } from '../support/audio.js';

const SERVER_US = 1_795_000_000_300_000;

/** A page that listens in a room where nothing plays, and its clicks. */
async function page() {
  const context = new FakeContext();
  const contexts = [context];
  const createContext = () => {
    if (player.output) contexts.push(new FakeContext({ startMs: context.nowMs, latencyMs: 60 }));
    return /** @type {any} */ (contexts[contexts.length - 1]);
  };
  const loader = { store: { get: () => undefined, pending: new Set() }, ensure: () => {}, bufferedS: 0 };
  /** @type {Player} */
  const player = new Player({ loader: /** @type {any} */ (loader), createContext, now: () => context.nowMs });
  player.setClock({ atMs: 0, serverUs: SERVER_US, slope: 0, residueMs: 0, sigmaMs: 0.1, boundMs: 1, rttMs: 2, exchanges: 16 });
  const clicks = new ClickTrack({ player });
  let changes = 0;
  clicks.addEventListener('change', () => { changes += 1; });
  const run = (/** @type {number} */ ms) => {
    for (let passed = 0; passed < ms; passed += 20) {
      for (const each of contexts) each.advance(20);
      player.outputs.sample();
      if (passed % 100 === 0) player.tick();
      if (passed % 240 === 0) clicks.tick();
    }
  };
  await player.listen();
  run(2_000);
  /** When the loudspeaker has sounded or will sound a click, in ms of server time. */
  const sounded = () => contexts.flatMap(({ sources, startMs, latencyMs }) => sources.filter(({ stopped }) => !stopped)
    .map(({ startedAt }) => startMs + latencyMs + startedAt * 1000 + SERVER_US / 1000)).sort((a, b) => a - b);
  return { context, contexts, player, clicks, run, sounded, changes: () => changes };
}

/** How far from whole seconds. @param {number[]} times */
const offMs = (times) => times.map((ms) => ms - Math.round(ms / 1000) * 1000);

test('a click sounds at every whole second of the server, the fourth ones with an accent', async () => {
  const { context, clicks, run, sounded } = await page();
  clicks.start();
  run(12_000);
  const times = sounded();
  assert.ok(times.length >= 12);
  for (const ms of offMs(times)) assert.ok(Math.abs(ms) < 0.5, `${ms} ms`);
  times.reduce((before, next) => { assert.equal(Math.round((next - before) / 1000), 1); return next; });
  const loudest = context.sources.map(({ buffer }) => Math.max(...buffer.getChannelData(0)));
  times.forEach((ms, i) => assert.equal(loudest[i] > 0.6, Math.round(ms / 1000) % 4 === 0));
});

test('the trim and the correction move them as they move the music, and no second clicks twice', async () => {
  const { player, clicks, run, sounded } = await page();
  clicks.start();
  run(4_000);
  player.setTrimMs(-30);
  player.frames.correctionMs = 100;
  run(6_000);
  const times = sounded();
  for (const ms of offMs(times.slice(-5))) assert.ok(Math.abs(ms + 130) < 0.5, `${ms} ms`);
  times.reduce((before, next) => { assert.ok(next - before > 800, `${next - before}`); return next; });
  player.setTrimMs(250);
  run(6_000);
  const later = sounded().slice(times.length);
  for (const ms of offMs(later)) assert.ok(Math.abs(ms - 150) < 0.5, `${ms} ms`);
  sounded().reduce((before, next) => { assert.ok(next - before > 800, `${next - before}`); return next; });
});

test('it stops by itself after two minutes, and when listening stops', async () => {
  const { context, player, clicks, run, changes } = await page();
  clicks.start();
  run(119_000);
  assert.equal(clicks.running, true);
  run(2_000);
  assert.deepEqual([clicks.running, changes()], [false, 2]);
  const before = context.sources.length;
  run(3_000);
  assert.equal(context.sources.length, before);
  clicks.start();
  player.silence();
  run(500);
  assert.deepEqual([clicks.running, changes()], [false, 4]);
  clicks.start();
  assert.equal(clicks.running, false, 'nobody listens');
});

test('what has not sounded is taken back when it stops', async () => {
  const { context, clicks, run, sounded } = await page();
  clicks.start();
  run(3_100);
  clicks.stop();
  const nowMs = context.nowMs + SERVER_US / 1000;
  assert.ok(sounded().every((ms) => ms < nowMs + context.latencyMs + 200), 'but for what the device has asked for');
  assert.ok(context.sources.some(({ stopped }) => stopped));
});

test('a stream that stands still clicks again, in step, once it runs', async () => {
  const { context, clicks, run, sounded } = await page();
  clicks.start();
  run(2_000);
  context.state = 'suspended';
  context.onstatechange?.();
  run(1_500);
  context.startMs += 1_500; // the device went on where it stood
  await context.resume();
  const from = context.sources.length;
  run(6_000);
  assert.ok(context.sources.length > from);
  for (const ms of offMs(sounded().slice(-4))) assert.ok(Math.abs(ms) < 1, `${ms} ms`);
});

test('where another stream takes over, the clicks go there, too', async () => {
  const { contexts, player, clicks, run, sounded } = await page();
  clicks.start();
  run(3_000);
  Object.defineProperty(player.output?.map, 'doubtful', { value: true });
  run(6_000);
  assert.deepEqual([contexts.length, player.context === contexts[1]], [2, true]);
  const times = sounded();
  for (const ms of offMs(times)) assert.ok(Math.abs(ms) < 0.5, `${ms} ms`);
  times.reduce((before, next) => { assert.ok(next - before > 800, `${next - before}`); return next; });
  assert.ok(times.length >= 9, `${times.length}`);
});

test('a click is 2 ms long and begins and ends in silence', () => {
  for (const accent of [false, true]) {
    const samples = clickSamples(accent);
    assert.equal(samples.length, 96);
    assert.ok(Math.abs(samples[0]) < 1e-6 && Math.abs(samples[95]) < 0.01);
    assert.ok(Math.max(...samples) > 0.3 && Math.max(...samples) <= 1);
  }
});

test('its level is heard at once, and kept for the next time', async () => {
  const { clicks } = await page();
  clicks.setLevel(0.25);
  clicks.start();
  assert.equal(clicks.gain?.gain.value, 0.25);
  clicks.setLevel(0);
  assert.equal(clicks.gain?.gain.value, 0);
});
