// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ahead } from '../../../static/js/music/ahead.js';
import { Loader } from '../../../static/js/music/loader.js';
import { follow } from '../../../static/js/music/schedule.js';
import { SEGMENT_SAMPLES } from '../../../static/js/music/segment_grid.js';
import { part } from '../support/room.js';

const RATE = 48_000;
const AT_US = 1_795_000_000_000_000;
const queue = [{ id: 1, total_samples: 200 * RATE }, { id: 2, total_samples: 90 * RATE }, { id: 3, total_samples: 4 * RATE }];
const passages = () => follow([], part({ status: 'playing', entry: 1, position: 0, at_us: AT_US, repeat: 'off' }, queue[0], queue.slice(1)));
const at = (/** @type {number} */ s) => AT_US + s * 1e6;

test('a listener holds half a minute ready, and the beginning of the next track', () => {
  const { stretches, prefetch } = ahead({ passages: passages(), part: null, nowUs: at(10), listening: true, openMs: 0 });
  assert.deepEqual(stretches.map(({ from, until }) => [from / RATE, until / RATE]), [[10, 40]]);
  assert.deepEqual(prefetch.map(({ from, until }) => [from / RATE, until / RATE]), [[200, 206]]);
});

test('near the end of a track the window reaches into the next one, and the one after is the next', () => {
  const { stretches, prefetch } = ahead({ passages: passages(), part: null, nowUs: at(205), listening: true, openMs: 0 });
  assert.deepEqual(stretches.map(({ from, until }) => [from / RATE, until / RATE]), [[205, 235]]);
  assert.deepEqual(prefetch.map(({ from }) => from / RATE), [290]);
});

test('where nothing plays, what "play" would sound is held ready', () => {
  const stands = part({ status: 'paused', entry: 1, position: 50 * RATE, at_us: AT_US, repeat: 'off' }, queue[0], queue.slice(1));
  for (const listening of [true, false]) {
    const { prefetch } = ahead({ passages: [], part: stands, nowUs: at(10), listening, openMs: 0 });
    assert.deepEqual(prefetch.map(({ links, from, until }) => [links[0].start / RATE, from / RATE, until / RATE]), [[-50, 0, 6]]);
  }
});

test('a page that only looks on holds what a press would need, and not for ever', () => {
  assert.deepEqual(ahead({ passages: passages(), part: null, nowUs: at(10), listening: false, openMs: 0 }).stretches.map(({ until }) => until / RATE), [16]);
  assert.deepEqual(ahead({ passages: passages(), part: null, nowUs: at(10), listening: false, openMs: 0 }).prefetch, []);
  assert.deepEqual(ahead({ passages: passages(), part: null, nowUs: at(10), listening: false, openMs: 10 * 60_000 }).stretches, []);
});

test('what is needed soon is fetched two at a time, the rest singly and with a rest', async () => {
  let nowMs = 0;
  /** @type {(() => void)[]} */
  const waiting = [];
  const asked = () => waiting.length;
  const loader = new Loader({
    calibration: /** @type {any} */ ({ playable: (/** @type {any} */ all) => all }), now: () => nowMs,
  });
  const held = new Map();
  Object.assign(loader.store, {
    has: (/** @type {number} */ id, /** @type {number} */ n) => held.has(`${id}:${n}`),
    keepOnly: () => {},
    load: (/** @type {any} */ { id }, /** @type {any} */ _rendition, /** @type {number} */ n) => new Promise((resolve) => {
      const key = `${id}:${n}`;
      loader.store.pending.set(key, /** @type {any} */ ({}));
      waiting.push(() => {
        loader.store.pending.delete(key);
        held.set(key, true);
        resolve(undefined);
      });
    }),
  });
  const { stretches, prefetch } = ahead({ passages: passages(), part: null, nowUs: at(0), listening: true, openMs: 0 });
  const arrive = async () => {
    for (const done of waiting.splice(0)) done();
    await new Promise((resume) => setImmediate(resume));
  };
  loader.ensure(stretches, prefetch);
  assert.equal(asked(), 2);
  await arrive();
  loader.ensure(stretches, prefetch);
  assert.equal(asked(), 2, `${(2 * SEGMENT_SAMPLES) / RATE} s are not enough yet`);
  await arrive();
  loader.ensure(stretches, prefetch);
  assert.equal(asked(), 0, 'enough: decoding rests');
  for (let i = 0; i < 20; i++) {
    nowMs += 400;
    loader.ensure(stretches, prefetch);
    assert.ok(asked() <= 1);
    await arrive();
  }
  assert.ok(held.has('1:7') && held.has('2:0') && held.has('2:1'), [...held.keys()].join());
  assert.ok(!held.has('1:8') && !held.has('2:2'));
});
