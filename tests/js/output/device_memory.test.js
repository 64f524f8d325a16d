// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeviceMemory, MOST_TRIM_MS, possibleTrim } from '../../../static/js/output/device_memory.js';

/** A browser's storage. @param {string | null} [text]  what is there already */
function stored(text = null) {
  const storage = {
    text,
    getItem: () => storage.text,
    setItem: (/** @type {string} */ _key, /** @type {string} */ value) => { storage.text = value; },
  };
  return { storage, memory: new DeviceMemory(() => storage) };
}

test('each output has its own trim, and none is lost to another', () => {
  const { storage, memory } = stored();
  memory.keepTrim('wired', 12);
  memory.keepTrim('device:Kitchen', -180);
  memory.keepTrim('wireless', 0);
  const again = new DeviceMemory(() => storage);
  assert.deepEqual(['wired', 'device:Kitchen', 'wireless', 'device:Bath'].map((key) => again.trimOf(key)), [12, -180, 0, 0]);
});

test('an output that has just got a name keeps the trim of its kind until it has one of its own', () => {
  const { memory } = stored();
  memory.keepTrim('wireless', -90);
  assert.equal(memory.trimOf('device:Kitchen', 'wireless'), -90);
  memory.keepTrim('device:Kitchen', 0);
  assert.equal(memory.trimOf('device:Kitchen', 'wireless'), 0);
});

test('the one trim of earlier versions holds for every output that has none of its own', () => {
  const { storage, memory } = stored('{"trimMs": -25}');
  assert.equal(memory.trimOf('wired'), -25);
  memory.keepTrim('wired', 3);
  assert.deepEqual([memory.trimOf('wired'), memory.trimOf('wireless')], [3, -25]);
  assert.equal(JSON.parse(storage.text ?? '').trimMs, -25);
});

test('two pages of one browser do not forget what the other keeps', () => {
  const { storage, memory } = stored();
  const other = new DeviceMemory(() => storage);
  memory.keepTrim('wired', 4);
  other.keepTrim('wireless', 5);
  memory.keepKind('wireless');
  assert.deepEqual([other.trimOf('wired'), memory.trimOf('wireless'), other.kind], [4, 5, 'wireless']);
});

test('a trim is limited on both sides, and what is no number is none', () => {
  assert.deepEqual([2345, -99999, 1999.96, -0.04, NaN, 12.34].map(possibleTrim), [MOST_TRIM_MS, -MOST_TRIM_MS, 2000, 0, 0, 12.3]);
  const { memory } = stored('{"trimsMs": {"wired": 5000, "wireless": "soon"}}');
  assert.deepEqual([memory.trimOf('wired'), memory.trimOf('wireless')], [MOST_TRIM_MS, 0]);
});

test('storage that is forbidden, full or broken forgets, no more', () => {
  const forbidden = new DeviceMemory(() => { throw new Error('SecurityError'); });
  forbidden.keepTrim('wired', 5);
  assert.deepEqual([forbidden.trimOf('wired'), forbidden.kind], [0, undefined]);
  for (const text of ['nonsense', 'null', '7', '{"trimsMs": null}']) assert.equal(stored(text).memory.trimOf('wired'), 0, text);
});
