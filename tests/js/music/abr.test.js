// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose, RICH_S, Throughput } from '../../../static/js/music/abr.js';
import { track } from '../support/room.js';

const { renditions } = track({ id: 1, total_samples: 1 });
/** @param {Partial<Parameters<typeof choose>[0]>} situation */
const chosen = (situation) => choose({ renditions, bps: 0, bufferedS: 0, current: null, manual: null, ...situation }).id;

test('the first segment is the cheapest while nothing is known of the network', () => {
  assert.equal(chosen({}), 'aac-64');
});

test('a fast network begins with the best lossy one; lossless is only ever chosen by a person', () => {
  assert.equal(chosen({ bps: 50e6 }), 'aac-256');
  assert.equal(chosen({ bps: 50e6, manual: 'flac' }), 'flac');
});

test('a choice that this track or browser does not have is not one', () => {
  assert.equal(chosen({ bps: 50e6, manual: 'opus' }), 'aac-256');
});

test('a network that carries 64k is not asked for more', () => {
  assert.equal(chosen({ bps: 110_000, current: 'aac-64', bufferedS: 30 }), 'aac-64');
});

test('up only with a buffer, and only if there is room', () => {
  assert.equal(chosen({ bps: 1e6, current: 'aac-64', bufferedS: RICH_S - 1 }), 'aac-64');
  assert.equal(chosen({ bps: 1e6, current: 'aac-64', bufferedS: RICH_S }), 'aac-256');
  assert.equal(chosen({ bps: 200_000, current: 'aac-64', bufferedS: 30 }), 'aac-64');
});

test('down when the network cannot carry it, but not while much is buffered', () => {
  assert.equal(chosen({ bps: 200_000, current: 'aac-256', bufferedS: 5 }), 'aac-128');
  assert.equal(chosen({ bps: 200_000, current: 'aac-256', bufferedS: 20 }), 'aac-256');
});

test('a bandwidth between two rungs does not make it go to and fro', () => {
  let current = 'aac-128';
  const seen = new Set();
  for (let i = 0; i < 40; i++) {
    current = chosen({ bps: i % 2 ? 395_000 : 440_000, current, bufferedS: 20 });
    seen.add(current);
  }
  assert.deepEqual([...seen], ['aac-128']);
});

test('where no lossy codec decodes, lossless is what there is', () => {
  assert.equal(chosen({ renditions: renditions.filter(({ codec }) => codec === 'fLaC'), bps: 1e5 }), 'flac');
});

test('the throughput falls at once and rises with proof; small transfers say nothing', () => {
  const throughput = new Throughput();
  throughput.add(500, 400);
  assert.equal(throughput.bps, 0);
  throughput.add(100_000, 100);
  assert.equal(throughput.bps, 8e6);
  throughput.add(100_000, 10_000);
  assert.ok(throughput.bps < 4.1e6);
  const low = throughput.bps;
  throughput.add(100_000, 100);
  throughput.add(100_000, 100);
  assert.ok(throughput.bps > low && throughput.bps < 8e6);
});
