// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PARALLEL_UPLOADS, Refused, UploadQueue } from '../../../static/js/page/upload_queue.js';

/** A line that answers when the test says so. */
class Line {
  /** @type {Map<string, {answer: (track: any) => void, refuse: (error: Error) => void,
   *   progress: (done: number) => void, signal: AbortSignal}>} */
  sending = new Map();

  /** @type {string[]} */
  order = [];

  /** @type {import('../../../static/js/page/upload_queue.js').Send} */
  send = (file, progress, signal) => new Promise((answer, refuse) => {
    this.order.push(file.name);
    this.sending.set(file.name, { answer, refuse, progress, signal });
    signal.addEventListener('abort', () => refuse(new Error('aborted')));
  });

  get(/** @type {string} */ name) {
    const one = this.sending.get(name);
    assert.ok(one, `${name} is not being sent`);
    return one;
  }
}

/** @param {string} name */
function upload(name) {
  /** @type {string[]} */
  const heard = [];
  /** @type {import('../../../static/js/page/upload_queue.js').Upload} */
  const one = { file: /** @type {File} */ ({ name }), onState: (state) => heard.push(state.kind) };
  return { ...one, heard };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('no more than so many are sent at once, in the order in which they came', async () => {
  const line = new Line();
  const queue = new UploadQueue(line.send);
  for (const name of ['a', 'b', 'c', 'd']) queue.add(upload(name));
  assert.equal(line.order.length, PARALLEL_UPLOADS);
  line.get('b').answer({});
  await settled();
  assert.deepEqual(line.order, ['a', 'b', 'c']);
});

test('an upload hears what becomes of it', async () => {
  const line = new Line();
  const queue = new UploadQueue(line.send);
  const one = upload('a');
  queue.add(one);
  line.get('a').progress(0.5);
  line.get('a').progress(1);
  line.get('a').answer({});
  await settled();
  assert.deepEqual(one.heard, ['waiting', 'sending', 'sending', 'storing', 'taken']);
  assert.equal(queue.busy, false);
});

test('one that is refused holds nobody up, and may be tried again', async () => {
  const line = new Line();
  const queue = new UploadQueue(line.send);
  const [bad, good] = [upload('bad'), upload('good')];
  queue.add(bad);
  line.get('bad').refuse(new Error('too large'));
  queue.add(good);
  await settled();
  assert.equal(bad.heard.at(-1), 'refused');
  line.get('good').answer({});
  queue.add(bad);
  line.get('bad').answer({});
  await settled();
  assert.deepEqual([bad.heard.at(-1), good.heard.at(-1)], ['taken', 'taken']);
});

test('it is told whether trying again can help', async () => {
  const cases = [{ error: new Error('broke off'), final: false }, { error: new Refused('no sound'), final: true }];
  for (const { error, final } of cases) {
    const line = new Line();
    const queue = new UploadQueue(line.send);
    /** @type {object[]} */
    const states = [];
    queue.add({ ...upload('one'), onState: (state) => states.push(state) });
    line.get('one').refuse(error);
    await settled();
    assert.deepEqual(states.at(-1), { kind: 'refused', message: error.message, final });
  }
});

test('one that is cancelled stops and hears no more; the next one starts', async () => {
  const line = new Line();
  const queue = new UploadQueue(line.send);
  const [first, second, third, waiting] = ['a', 'b', 'c', 'd'].map(upload);
  for (const one of [first, second, third, waiting]) queue.add(one);
  queue.cancel(waiting);
  queue.cancel(first);
  await settled();
  assert.equal(line.get('a').signal.aborted, true);
  assert.deepEqual(first.heard, ['waiting', 'sending']);
  assert.deepEqual(line.order, ['a', 'b', 'c']);
  assert.equal(queue.busy, true);
});
