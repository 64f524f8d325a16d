// @ts-check
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { nameOf, OutputDevice } from '../../../static/js/output/output_device.js';

/** @typedef {import('../../../static/js/output/output_device.js').DeviceInfo} DeviceInfo */

/** @param {string} deviceId @param {string} label @param {string} [groupId] @param {MediaDeviceKind} [kind] @returns {DeviceInfo} */
const info = (deviceId, label, groupId = deviceId, kind = 'audiooutput') => ({ deviceId, label, groupId, kind });
const SPEAKERS = info('a1', 'Speakers (Realtek)', 'g1');
const HEADSET = info('b2', 'Kitchen (JBL)', 'g2');

/** A browser whose outputs come and go. */
class FakeDevices extends EventTarget {
  /** @type {DeviceInfo[]} */
  list = [];
  refuses = false;

  async enumerateDevices() {
    if (this.refuses) throw new Error('NotAllowedError');
    return this.list;
  }

  /** @param {DeviceInfo[]} list */
  async become(list) {
    this.list = list;
    this.dispatchEvent(new Event('devicechange'));
    await settled();
  }
}

const settled = () => new Promise((resume) => setImmediate(resume));

/** @param {ConstructorParameters<typeof OutputDevice>[0]} [options] */
function watched(options) {
  const device = new OutputDevice(options);
  /** @type {string[]} */
  const changes = [];
  device.addEventListener('change', () => changes.push(device.key));
  /** @type {string[]} */
  const found = [];
  device.addEventListener('found', () => found.push(device.key));
  let nowMs = 0;
  const run = async (/** @type {number} */ ms, /** @type {number | null} */ latencyMs, sinkId = '') => {
    for (const untilMs = nowMs + ms; nowMs < untilMs; nowMs += 250) device.sample(nowMs, sinkId, latencyMs);
    await settled();
  };
  return { device, changes, found, run };
}

test('without names an output is known by its kind alone, wired until it shows', async () => {
  const { device, changes, run } = watched();
  await device.look();
  await run(60_000, 56);
  assert.deepEqual([device.key, device.name, changes], ['wired', null, []]);
});

test('a latency of a wireless output makes it one after 2 s', async () => {
  const { changes, run } = watched();
  await run(5_000, 56);
  await run(2_000, 220);
  assert.deepEqual(changes, []);
  await run(500, 220);
  assert.deepEqual(changes, ['wireless']);
  await run(15_000, 220);
  await run(2_500, 40);
  assert.deepEqual(changes, ['wireless', 'wired']);
});

test('a latency that only wanders across the line changes nothing', async () => {
  const { changes, run } = watched();
  for (let i = 0; i < 20; i++) {
    await run(5_000, 117);
    await run(5_000, 125);
  }
  assert.deepEqual(changes, []);
});

test('a short swing changes nothing, nor does a latency that is not believed', async () => {
  const { changes, run } = watched();
  await run(5_000, 60);
  await run(1_500, 180);
  await run(250, 60);
  await run(1_500, 180);
  await run(250, 60);
  await run(30_000, null);
  assert.deepEqual(changes, []);
});

test('an output that goes to and fro is followed at most every 10 s', async () => {
  const { changes, run } = watched();
  for (let i = 0; i < 10; i++) {
    await run(3_000, 60);
    await run(3_000, 200);
  }
  assert.ok(changes.length <= 7, String(changes.length));
});

test('what the output was last time holds until it shows, and that is no change of it', async () => {
  const { device, changes, found, run } = watched({ kind: 'wireless' });
  assert.equal(device.key, 'wireless');
  await run(2_500, 56);
  assert.deepEqual([found, changes], [['wired'], []]);
  await run(12_000, 56);
  await run(2_500, 220);
  assert.deepEqual([found, changes], [['wired'], ['wireless']]);
});

test('an output that is plugged in before anything was seen of the one before it is a change', async () => {
  const devices = new FakeDevices();
  const { changes, found } = watched({ devices });
  await devices.become([HEADSET]);
  assert.deepEqual([found, changes], [[], ['device:Kitchen (JBL)']]);
});

test('where the browser names it, it is known by its name, and another one is seen at once', async () => {
  const devices = new FakeDevices();
  devices.list = [info('default', 'Default - Speakers (Realtek)', 'g1'), SPEAKERS, HEADSET];
  const { device, changes, found, run } = watched({ devices });
  await device.look();
  assert.deepEqual([device.key, device.name], ['device:Speakers (Realtek)', 'Speakers (Realtek)']);
  await devices.become([info('default', 'Default - Kitchen (JBL)', 'g2'), SPEAKERS, HEADSET]);
  await devices.become([info('default', 'Default - Kitchen (JBL)', 'g2'), SPEAKERS, HEADSET, info('c', 'Camera', 'g3', 'videoinput')]);
  await run(10_000, 200);
  assert.deepEqual(found, ['device:Speakers (Realtek)']);
  assert.deepEqual(changes, ['device:Kitchen (JBL)'], 'once, and no more for its latency');
});

test('a page whose outputs lose their names falls back on the kind', async () => {
  const devices = new FakeDevices();
  devices.list = [SPEAKERS];
  const { device, changes } = watched({ devices });
  await device.look();
  await devices.become([info('', '', '')]);
  assert.deepEqual([changes, device.name], [['wired'], null]);
});

test('a browser that refuses to tell is like one that cannot', async () => {
  const devices = new FakeDevices();
  devices.refuses = true;
  const { device, changes } = watched({ devices });
  await device.look();
  assert.deepEqual([device.key, changes], ['wired', []]);
});

test('a sink of its own is another output, by name or by id', async () => {
  const devices = new FakeDevices();
  devices.list = [SPEAKERS, HEADSET];
  const { changes, run } = watched({ devices });
  await run(250, 50, 'b2');
  devices.list = [info('b2', '')];
  await run(250, 50, 'zz');
  await run(250, 50, '');
  assert.deepEqual(changes, ['device:Kitchen (JBL)', 'sink:zz', 'wired']);
});

test('the default is told apart from others of its group, and from none', () => {
  const [jack, hdmi] = [info('j', 'Headphones', 'g'), info('h', 'HDMI', 'g')];
  assert.equal(nameOf([info('default', '默认 - HDMI', 'g'), jack, hdmi], ''), 'HDMI');
  assert.equal(nameOf([info('default', 'Default', 'g'), info('x', 'Built-in', 'g'), HEADSET], ''), 'Built-in');
  assert.equal(nameOf([info('default', 'Default', 'g'), jack, hdmi], ''), null);
  assert.equal(nameOf([jack, hdmi], ''), null, 'no default among them');
  assert.equal(nameOf([info('m', 'Microphone', 'g', 'audioinput')], ''), null);
});

test('wireless begins where the sync monitor suspects Bluetooth', () => {
  const lineOf = (/** @type {string} */ file, /** @type {RegExp} */ value) =>
    Number(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8').match(value)?.[1]);
  assert.equal(lineOf('static/js/output/output_device.js', /WIRELESS_LATENCY_MS = (\d+)/), lineOf('rooms/monitor/verdicts.py', /BLUETOOTH_LATENCY_MS = (\d+)/));
});
