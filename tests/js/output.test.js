// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Output } from '../../static/js/output.js';
import { FakeContext } from './support/audio.js';

test('a stream that stays doubtful is begun anew three times in a row, a second apart, and not for a while then', async () => {
  let nowMs = 0;
  const context = Object.assign(/** @type {any} */ (new FakeContext()), { suspend: async () => {}, resume: async () => {} });
  const output = new Output({ context, now: () => nowMs, level: 1 });
  Object.defineProperty(output.map, 'doubtful', { value: true });
  const renewedAtS = [];
  for (let s = 0; s < 30; s += 0.5) {
    nowMs = s * 1000;
    const before = output.renewedMs;
    await output.renew();
    if (output.renewedMs !== before) renewedAtS.push(s);
  }
  assert.deepEqual(renewedAtS, [0, 1, 2, 12.5, 13.5, 14.5, 25, 26, 27]);
});

test('a stream is never exactly silent, and nobody hears it', () => {
  const context = new FakeContext();
  new Output({ context: /** @type {any} */ (context), now: () => 1000, level: 0 });
  assert.ok(context.constant?.startedAt === 0);
  const { value } = context.constant.offset;
  assert.ok(Math.fround(value) > 0 && value < 2 ** -24);
});
