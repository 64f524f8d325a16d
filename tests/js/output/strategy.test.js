// @ts-check
/** Which strategy the output clock goes by, and what it says of that. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlayoutMap } from '../../../static/js/output/playout.js';
import { StrategyState } from '../../../static/js/output/strategy.js';
import { FakeContext } from '../support/audio.js';

/** @typedef {import('../../../static/js/output/strategy.js').Reason} Reason */

/** @type {Reason[]} */
const REASONS = ['report_came', 'report_missing', 'report_echoes', 'report_scatters', 'report_steady'];

/** The state after these reasons, one after the other. @param {Reason[]} reasons */
function after(...reasons) {
  const state = new StrategyState('stream_began', 0);
  reasons.forEach((reason, i) => state.change(reason, i + 1));
  return state;
}

test('each transition names its reason, and since when it holds', () => {
  const state = new StrategyState('page_slept', 40);
  assert.deepEqual({ ...state }, { name: 'unknown', reason: 'page_slept', sinceMs: 40 });
  state.change('report_came', 500);
  assert.deepEqual({ ...state }, { name: 'reported', reason: 'report_came', sinceMs: 500 });
});

test('a transition that there is not raises, and changes nothing', () => {
  /** @type {Record<string, [StrategyState, Reason[]]>} */
  const legal = {
    unknown: [after(), ['report_came', 'report_missing', 'report_echoes']],
    reported: [after('report_came'), ['report_missing', 'report_scatters']],
    envelope: [after('report_came', 'report_scatters'), ['report_missing', 'report_steady']],
    stated: [after('report_missing'), ['report_came']],
  };
  for (const [name, [state, reasons]] of Object.entries(legal)) {
    assert.equal(state.name, name);
    for (const reason of REASONS.filter((each) => !reasons.includes(each))) {
      assert.throws(() => state.change(reason, 99), new RegExp(`"${reason}".*"${name}"`));
      assert.equal(state.name, name);
      assert.notEqual(state.sinceMs, 99);
    }
  }
});

/** @param {ConstructorParameters<typeof FakeContext>[0]} options */
function device(options) {
  const context = new FakeContext(options);
  const map = new PlayoutMap({ context: /** @type {any} */ (context), now: () => context.nowMs });
  const run = (/** @type {number} */ seconds) => {
    const endMs = context.nowMs + seconds * 1000;
    for (let i = 0; context.nowMs < endMs; i++) {
      context.advance(context.firefox ? 5 : 16 + (i * 3.7) % 9);
      map.sample();
    }
    return [map.state.name, map.state.reason];
  };
  return { context, map, run };
}

test('a browser that reports is believed, one whose report scatters read by its envelope, until it is steady', () => {
  const { context, map, run } = device({});
  assert.deepEqual([map.state.name, map.state.reason], ['unknown', 'stream_began']);
  assert.deepEqual(run(0.2), ['reported', 'report_came']);
  context.readLate = true;
  assert.deepEqual(run(3), ['envelope', 'report_scatters']);
  const { sinceMs } = map.state;
  assert.ok(sinceMs > context.startMs + 200 && sinceMs < context.nowMs);
  context.readLate = false;
  assert.deepEqual(run(3), ['reported', 'report_steady']);
});

test('a browser that reports nothing, or an echo, is read by what it states; a report that comes after all is taken', () => {
  const { context, map, run } = device({ stamps: false });
  assert.equal(run(1)[0], 'unknown');
  assert.equal(map.ready, false);
  assert.deepEqual(run(1), ['stated', 'report_missing']);
  assert.equal(map.ready, true);
  context.stamps = true;
  assert.deepEqual(run(1), ['reported', 'report_came']);
  assert.deepEqual(device({ firefox: true }).run(2), ['stated', 'report_echoes']);
});

test('a reset says why nothing is known', () => {
  const { map, run } = device({});
  run(2);
  map.reset('output_changed');
  assert.deepEqual([map.state.name, map.state.reason, map.ready], ['unknown', 'output_changed', false]);
});

test('a doubt has a name', () => {
  const drifting = device({ lie: (ageMs) => ageMs / 100 });
  drifting.run(1.4);
  assert.equal(drifting.map.doubt, 'no_line');
  const disturbed = device({ lie: (ageMs) => (ageMs < 900 ? 0 : 6) });
  disturbed.run(1.4);
  assert.equal(disturbed.map.doubt, 'disturbed');
  const slipped = device({});
  slipped.run(20);
  assert.equal(slipped.map.doubt, null);
  slipped.context.slipMs += 20;
  slipped.run(2);
  assert.equal(slipped.map.doubt, 'stepped');
  const late = device({ lie: (ageMs) => (ageMs < 20_000 ? 0 : 5 * Math.sin((ageMs - 20_000) / 2_000)) });
  late.run(23);
  assert.equal(late.map.doubt, 'off_line');
});
