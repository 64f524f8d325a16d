// @ts-check
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { COMMAND_LIFE_MS, CommandError, Commands } from '../../../static/js/link/commands.js';
import { RoomState } from '../../../static/js/link/room_state.js';

const update = (/** @type {number} */ revision, /** @type {number} */ base_revision, /** @type {any} */ parts) => ({
  type: /** @type {const} */ ('room.update'), revision, base_revision, parts,
});
const transport = (/** @type {number} */ revision) => /** @type {any} */ ({ revision, status: 'paused' });
const settings = (/** @type {number} */ revision) => ({ revision, slug: 'r', name: 'R', control: 'everyone', volume: 1 });

test('updates that follow each other are all new', () => {
  const state = new RoomState();
  assert.deepEqual(state.apply(update(5, 0, { transport: transport(4), settings: settings(2) })).missed, false);
  const { changed, missed } = state.apply(update(6, 5, { transport: transport(6) }));
  assert.deepEqual([changed.transport?.revision, changed.settings, missed, state.revision], [6, undefined, false, 6]);
});

test('a page knows what it was rendered with', () => {
  const state = new RoomState({ revision: 5, parts: { transport: transport(4), settings: settings(2) } });
  assert.deepEqual(state.apply(update(5, 5, {})), { changed: {}, missed: false });
  assert.equal(state.apply(update(6, 5, { transport: transport(6) })).changed.transport?.revision, 6);
});

test('a repeated update says nothing new', () => {
  const state = new RoomState();
  state.apply(update(5, 0, { transport: transport(5) }));
  assert.deepEqual(state.apply(update(5, 4, { transport: transport(5) })), { changed: {}, missed: false });
});

test('a gap is noticed; the part that came is taken, but not for the whole', () => {
  const state = new RoomState();
  state.apply(update(5, 0, { transport: transport(5), settings: settings(1) }));
  const { changed, missed } = state.apply(update(9, 8, { transport: transport(9) }));
  assert.deepEqual([changed.transport?.revision, missed, state.revision], [9, true, 5]);
  const answer = state.apply(update(9, 5, { transport: transport(9), settings: settings(7) }));
  assert.deepEqual([Object.keys(answer.changed), answer.missed, state.revision], [['settings'], false, 9]);
});

test('parts that overtake each other end with the newest', () => {
  const state = new RoomState();
  state.apply(update(7, 0, { transport: transport(7) }));
  state.apply(update(6, 5, { transport: transport(6) }));
  assert.equal(state.parts.transport?.revision, 7);
});

test('a late answer to "everything" does not take the page back', () => {
  const state = new RoomState();
  state.apply(update(9, 0, { transport: transport(9) }));
  const { changed, missed } = state.apply(update(7, 0, { transport: transport(7), settings: settings(3) }));
  assert.deepEqual([Object.keys(changed), missed, state.revision], [['settings'], false, 9]);
  assert.equal(state.parts.transport?.revision, 9);
});

test('a server restored from a backup says so, and is believed', () => {
  const state = new RoomState();
  state.apply(update(50, 0, { transport: transport(50) }));
  const { changed } = state.apply({ ...update(7, 0, { transport: transport(7) }), anew: true });
  assert.deepEqual([changed.transport?.revision, state.revision], [7, 7]);
});

test('lists are passed on as they come: whoever shows one knows its revision', () => {
  const state = new RoomState({ revision: 5, parts: {} });
  const lists = { queue: { revision: 6, base: 4 } };
  assert.deepEqual(state.apply(update(6, 5, { lists })).changed.lists, lists);
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

test('once the link is closed for good, commands are refused at once, with the reason', async () => {
  const { sent, commands } = desk();
  const before = commands.issue('transport.play');
  commands.end('bad_origin', 'This page is elsewhere.');
  await assert.rejects(before, { code: 'bad_origin', message: 'This page is elsewhere.' });
  await assert.rejects(commands.issue('transport.play'), { code: 'bad_origin' });
  assert.equal(sent.length, 1);
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
