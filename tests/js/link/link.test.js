// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Link } from '../../../static/js/link/link.js';

/** @param {Link} link @param {any[]} heard */
function attend(link, heard) {
  link.attend({
    onState: (state, code) => heard.push(['state', state, code]),
    onMessage: (message) => heard.push(['message', message]),
    onClock: ({ serverUs }) => heard.push(['clock', serverUs]),
  });
}

test('what came before the page was there is told it in order, and then what comes', () => {
  const link = new Link();
  const reading = /** @type {any} */ ({ atMs: 0, serverUs: 5_000, slope: 0, residueMs: 0 });
  link.take({ kind: 'state', state: 'open', code: 0 });
  link.take({ kind: 'message', text: '{"type": "people.update"}' });
  link.take({ kind: 'clock', reading });
  /** @type {any[]} */
  const heard = [];
  attend(link, heard);
  link.take({ kind: 'state', state: 'waiting', code: 0 });
  assert.deepEqual(heard, [
    ['state', 'open', 0], ['message', { type: 'people.update' }], ['clock', 5_000], ['state', 'waiting', 0],
  ]);
});
