// @ts-check
/** A stream that is badly known, and the one that takes its place. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outputs } from '../../../static/js/output/outputs.js';
import { FakeContext } from '../support/audio.js';
import { page, playing } from '../support/playing_page.js';

/** A report that says nothing for a quarter of a minute. @param {number} ageMs */
const drifting = (ageMs) => ageMs / 100;
/** A device that ran dry in its stream's first second is reported evenly wrong. @param {number} ms */
const offBy = (ms) => (/** @type {number} */ ageMs) => (ageMs < 900 ? 0 : ms * Math.max(0, 1 - (ageMs - 900) / 14_000));

for (const slipMs of [6, -15]) {
  test(`where a young stream slipped by ${slipMs} ms and its report says nothing, another one takes over within 3 s, cross-faded`, async () => {
    const { context, contexts, player, run, nowUs, errorMs } = page({ lie: offBy(slipMs) });
    player.setTransport(playing(nowUs() - 10_000_000));
    await player.listen();
    run(900);
    context.slipMs += slipMs;
    run(3_000);
    assert.equal(contexts.length, 2);
    assert.equal(player.context, contexts[1]);
    assert.ok(Math.abs(errorMs() ?? 99) < 0.5, `${errorMs()} ms`);
    assert.deepEqual([player.handovers, player.resyncs, player.voices.underruns], [1, 0, 0]);
    assert.equal(player.handoverReason, 'off_line');
    run(1_500);
    assert.deepEqual(contexts.map(({ state }) => state), ['closed', 'running']);
  });
}

test('what goes over is heard from both for as long as the fade is, and neither longer nor shorter', async () => {
  const { contexts, player, run, nowUs } = page({ lie: offBy(20) });
  player.setTransport(playing(nowUs() - 10_000_000));
  await player.listen();
  run(900);
  const [before] = [...player.voices.byPassage.values()];
  while (contexts.length < 2 || player.context !== contexts[1]) run(20);
  const [after] = [...player.voices.byPassage.values()];
  const soundsMs = (/** @type {FakeContext} */ context, /** @type {number} */ frame) =>
    context.startMs + context.latencyMs + context.slipMs + frame / 48;
  const [, fadedIn] = /** @type {any} */ (after.gain.gain).events;
  const endMs = soundsMs(contexts[0], before.endFrame);
  const beginMs = soundsMs(contexts[1], after.slices[0].frame);
  assert.ok(Math.abs(endMs - beginMs - 20) < 21, `${endMs - beginMs} ms`); // the former is known no better
  assert.equal(Math.round((fadedIn[2] - after.slices[0].frame / 48_000) * 1000), 20);
});

test('a stream that was disturbed as it began is given up before anything sounds', async () => {
  const { contexts, player, run, nowUs, sounding, errorMs } = page({ lie: drifting });
  await player.listen();
  player.setTransport(playing(nowUs() - 10_000_000));
  run(2_300, () => {
    if (sounding().length) assert.ok(Math.abs(errorMs() ?? 99) < 0.5, String(errorMs()));
  });
  assert.equal(sounding().length, 1);
  assert.deepEqual([contexts.length, player.context === contexts[1]], [2, true]);
});

test('a second stream that is no better is given up; three are begun in a row, and then none for five minutes', async () => {
  const { contexts, player, run, nowUs } = page({ lie: drifting }, { lie: drifting });
  await player.listen();
  player.setTransport(playing(nowUs() - 10_000_000));
  run(14_000);
  assert.equal(contexts.length, 4);
  assert.equal(player.context, contexts[0]);
  assert.deepEqual(contexts.slice(1).map(({ state }) => state), ['closed', 'closed', 'closed']);

  const { contexts: later, at } = doubtful();
  for (let s = 0; s < 320; s += 0.5) at(s * 1000);
  assert.equal(later.length, 1 + 3 + 3);
});

test('one that is doubtful again after ten seconds is no row', () => {
  const { contexts, outputs, at } = doubtful();
  for (let s = 0; s < 66; s += 11) {
    at(s * 1000);
    assert.ok(outputs.successor);
    outputs.giveUp();
  }
  assert.equal(contexts.length, 1 + 6);
});

test('one that the browser does not let run is given up', () => {
  const { contexts, outputs, at } = doubtful();
  at(0);
  Object.assign(contexts[1], { state: 'suspended', resume: () => new Promise(() => {}) });
  at(3_100);
  assert.deepEqual([contexts[1].state, outputs.current?.context === contexts[0]], ['closed', true]);
});

test('where the first one is known after all, or stands still, the second is not wanted any more', () => {
  for (const [what, value] of /** @type {const} */ ([['doubtful', false], ['running', false]])) {
    const { contexts, outputs, at } = doubtful();
    at(0);
    assert.equal(contexts.length, 2);
    Object.defineProperty(what === 'doubtful' ? outputs.current?.map : outputs.current, what, { value });
    at(1_000);
    assert.deepEqual([contexts[1].state, outputs.successor], ['closed', null]);
  }
});

test('the level is that of both', () => {
  const { outputs, contexts, at } = doubtful();
  outputs.setLevel(0.25);
  at(0);
  assert.equal(outputs.successor?.gain.gain.value, 0.25);
  outputs.setLevel(0.5);
  assert.deepEqual(contexts.map(({ gains: [{ gain }] }) => gain.events.map(([kind, value]) => [kind, value])),
    [[['target', 0.25], ['target', 0.5]], [['target', 0.5]]]);
});

test('all of them end with the page', () => {
  const { outputs, contexts, at } = doubtful();
  at(0);
  outputs.close();
  assert.deepEqual(contexts.map(({ state }) => state), ['closed', 'closed']);
});

/** Outputs of which the first one is doubtful, and looked at when it is said. */
function doubtful() {
  /** @type {FakeContext[]} */
  const contexts = [];
  let nowMs = 0;
  const outputs = new Outputs({
    createContext: () => {
      contexts.push(new FakeContext());
      return /** @type {any} */ (contexts[contexts.length - 1]);
    },
    now: () => nowMs,
  });
  Object.defineProperty(outputs.prepare().map, 'doubtful', { value: true, configurable: true });
  const at = (/** @type {number} */ ms) => {
    nowMs = ms;
    return outputs.takeOver(true);
  };
  return { outputs, contexts, at };
}
