// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastReportOf, reportOf, ReportSchedule } from '../../../static/js/player/report.js';

/** Looks every 250 ms for a while; when it reported, in ms.
 * @param {(nowMs: number) => ['playing' | 'buffering', boolean]} state @param {number} untilMs */
function reported(state, untilMs, schedule = new ReportSchedule()) {
  const times = [];
  for (let nowMs = 0; nowMs <= untilMs; nowMs += 250) if (schedule.due(nowMs, ...state(nowMs))) times.push(nowMs);
  return times;
}

test('a steady player reports at once and then every 5 s', () => {
  assert.deepEqual(reported(() => ['playing', true], 12_000), [0, 5_000, 10_000]);
});

test('a change is told with the next look, and the 5 s begin anew', () => {
  assert.deepEqual(reported((ms) => [ms < 2_200 ? 'buffering' : 'playing', true], 8_000), [0, 2_250, 7_250]);
});

test('the first known error is a change', () => {
  assert.deepEqual(reported((ms) => ['playing', ms >= 1_500], 3_000), [0, 1_500]);
});

test('however often something changes, there is one report a second', () => {
  assert.deepEqual(reported((ms) => [ms % 500 ? 'buffering' : 'playing', true], 3_000), [0, 1_250, 2_500]);
});

test('a page whose server has forgotten it reports again', () => {
  const schedule = new ReportSchedule();
  assert.deepEqual(reported(() => ['playing', true], 1_000, schedule), [0]);
  schedule.forget();
  assert.equal(schedule.due(1_100, 'playing', true), true);
});

test('a report holds what the protocol knows, and no more', () => {
  const status = /** @type {any} */ ({ error_ms: 0.2, decoded_s: 8, throughput_kbps: 900, position_s: 3, trim_ms: -4 });
  const report = JSON.parse(JSON.stringify(reportOf(status, 'playing')));
  assert.deepEqual(report, { type: 'listener.report', audio: 'playing', error_ms: 0.2, decoded_s: 8, trim_ms: -4 });
});

test('the last report of a player holds no figure of former times, and takes no stumble back', () => {
  const status = /** @type {any} */ ({ error_ms: 0.2, buffered_s: 30, rendition: 'flac', underruns: 2, resyncs: 1, corrections: 7 });
  assert.deepEqual(lastReportOf(status), { type: 'listener.report', audio: 'locked', underruns: 2, resyncs: 1, corrections: 7 });
});
