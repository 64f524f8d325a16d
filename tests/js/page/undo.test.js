// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_KEPT, Undo } from '../../../static/js/page/undo.js';

/** @param {number} count */
function done(count) {
  const undo = new Undo();
  /** @type {number[]} */
  const takenBack = [];
  const buttons = Array.from({ length: count }, (_, n) => undo.add(() => takenBack.push(n)));
  return { undo, takenBack, buttons };
}

test('the newest is taken back first, each once', () => {
  const { undo, takenBack } = done(3);
  for (let press = 0; press < 5; press += 1) undo.newest?.();
  assert.deepEqual(takenBack, [2, 1, 0]);
});

test('what a button took back, the key does not take back again, and the other way round', () => {
  const { undo, takenBack, buttons } = done(2);
  buttons[1]();
  undo.newest?.();
  buttons[0]();
  buttons[1]();
  assert.deepEqual(takenBack, [1, 0]);
  assert.equal(undo.newest, undefined);
});

test('so many are kept, and the oldest is forgotten', () => {
  const { undo, takenBack } = done(MOST_KEPT + 1);
  while (undo.newest) undo.newest();
  assert.deepEqual([takenBack.length, takenBack.at(-1)], [MOST_KEPT, 1]);
});
