// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Output } from '../../../static/js/output/output.js';
import { FakeContext } from '../support/audio.js';

test('a stream is never exactly silent, and nobody hears it', () => {
  const context = new FakeContext();
  new Output({ context: /** @type {any} */ (context), now: () => 1000, level: 0 });
  assert.ok(context.constant?.startedAt === 0);
  const { value } = context.constant.offset;
  assert.ok(Math.fround(value) > 0 && value < 2 ** -24);
});
