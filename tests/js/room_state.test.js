// @ts-check
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { COMMAND_LIFE_MS, CommandError, Commands } from '../../static/js/commands.js';
import { RoomState } from '../../static/js/room_state.js';

const update = (/** @type {number} */ revision, /** @type {number} */ base_revision, /** @type {any} */ parts) => ({
  type: /** @type {const} */ ('room.update'), revision, base_revision, parts,
});
const queue = (/** @type {number} */ revision) => ({ revision, entries: [], html: `queue ${revision}` });
const settings = (/** @type {number} */ revision) => ({ revision, name: 'R', control: 'everyone', volume: 1 });

test('updates that follow each other are all new', () => {
  const state = new RoomState();
  assert.deepEqual(state.apply(update(5, 0, { queue: queue(4), settings: settings(2) })).missed, false);
  const { changed, missed } = state.apply(update(6, 5, { queue: queue(6) }));
  assert.deepEqual([changed.queue?.revision, changed.settings, missed, state.revision], [6, undefined, false, 6]);
});

test('a repeated update says nothing new', () => {
  const state = new RoomState();
  state.apply(update(5, 0, { queue: queue(5) }));
  assert.deepEqual(state.apply(update(5, 4, { queue: queue(5) })), { changed: {}, missed: false });
});

test('a gap is noticed; the part that came is taken, but not for the whole', () => {
  const state = new RoomState();
  state.apply(update(5, 0, { queue: queue(5), settings: settings(1) }));
  const { changed, missed } = state.apply(update(9, 8, { queue: queue(9) }));
  assert.deepEqual([changed.queue?.revision, missed, state.revision], [9, true, 5]);
  const answer = state.apply(update(9, 5, { queue: queue(9), settings: settings(7) }));
  assert.deepEqual([Object.keys(answer.changed), answer.missed, state.revision], [['settings'], false, 9]);
});

test('parts that overtake each other end with the newest', () => {
  const state = new RoomState();
  state.apply(update(7, 0, { queue: queue(7) }));
  state.apply(update(6, 5, { queue: queue(6) }));
  assert.equal(state.parts.queue?.revision, 7);
});

test('a server restored from a backup is believed', () => {
  const state = new RoomState();
  state.apply(update(50, 0, { queue: queue(50) }));
  const { changed } = state.apply(update(7, 0, { queue: queue(7) }));
  assert.deepEqual([changed.queue?.revision, state.revision], [7, 7]);
});

/** @returns {{sent: {type: string, id: string}[], commands: Commands}} */
function desk() {
  /** @type {{type: string, id: string}[]} */
  const sent = [];
  return { sent, commands: new Commands((message) => sent.push(message)) };
}

test('a command is answered once, by its id', async () => {
  const { sent, commands } = desk();
  const a = commands.issue('transport.play');
  const b = commands.issue('transport.seek', { entry: 3, position_s: 9 });
  assert.deepEqual({ ...sent[1], id: '' }, { type: 'transport.seek', id: '', entry: 3, position_s: 9 });
  assert.notEqual(sent[0].id, sent[1].id);
  commands.accept(sent[1].id, 12);
  commands.refuse(sent[0].id, 'empty_queue', 'The queue is empty.');
  commands.accept(sent[0].id, 13);
  assert.deepEqual(await b, { revision: 12 });
  await assert.rejects(a, (error) => error instanceof CommandError && error.code === 'empty_queue');
});

test('after a cut the unanswered ones are sent again under the same id', async () => {
  const { sent, commands } = desk();
  const done = commands.issue('transport.next', { entry: 1 });
  commands.resend();
  assert.deepEqual(sent[0], sent[1]);
  commands.accept(sent[0].id, 2);
  await done;
  commands.resend();
  assert.equal(sent.length, 2);
});

test('a command that is too old to make sense is given up', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { sent, commands } = desk();
    const late = commands.issue('transport.next', { entry: 1 });
    mock.timers.tick(COMMAND_LIFE_MS);
    await assert.rejects(late, { code: 'unanswered' });
    commands.resend();
    assert.equal(sent.length, 1);
  } finally {
    mock.timers.reset();
  }
});
