// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RoomSocket, SILENCE_MS } from '../../../static/js/link/socket.js';
import { Clockwork } from '../support/clockwork.js';

class FakeSocket {
  sent = /** @type {string[]} */ ([]);
  closed = false;
  onopen = () => {};
  onmessage = (/** @type {{data: string}} */ _event) => {};
  onclose = (/** @type {{code: number}} */ _event) => {};

  constructor(/** @type {string} */ url) { this.url = url; }

  /** @param {string} text */
  send(text) { this.sent.push(text); }

  close() { this.closed = true; }
}

function room() {
  const clockwork = new Clockwork();
  /** @type {FakeSocket[]} */
  const sockets = [];
  /** @type {[string, number][]} */
  const states = [];
  /** @type {string[]} */
  const texts = [];
  let revision = 0;
  /** Lose the newest connection, and wait for the next attempt. */
  const lose = () => {
    const before = sockets.length;
    sockets[before - 1].onclose({ code: 1006 });
    while (sockets.length === before) clockwork.advance(10);
  };
  const socket = new RoomSocket(() => `ws://h/?revision=${revision}`, {
    onState: (state, code) => states.push([state, code]), onText: (text) => texts.push(text),
  }, {
    openSocket: (url) => {
      const made = new FakeSocket(url);
      sockets.push(made);
      return /** @type {any} */ (made);
    },
    setTimer: clockwork.setTimer, clearTimer: clockwork.clearTimer, random: () => 0.5,
  });
  return { clockwork, sockets, states, texts, socket, lose, know: (/** @type {number} */ n) => { revision = n; } };
}

test('it opens, carries text both ways, and says so', () => {
  const { sockets, states, texts, socket } = room();
  assert.equal(socket.send('early'), false);
  socket.connect();
  sockets[0].onopen();
  assert.equal(socket.send('hello'), true);
  sockets[0].onmessage({ data: 'world' });
  assert.deepEqual([sockets[0].sent, texts, states], [['hello'], ['world'], [['connecting', 0], ['open', 0]]]);
});

test('a lost connection is taken up again, each time a little later, with the newest revision', () => {
  const { clockwork, sockets, states, socket, lose, know } = room();
  socket.connect();
  const waits = [];
  know(41);
  for (let i = 0; i < 60; i++) {
    const at = clockwork.nowMs;
    lose();
    waits.push(clockwork.nowMs - at);
  }
  assert.equal(sockets[1].url, 'ws://h/?revision=41');
  assert.deepEqual(states.slice(0, 3).map(([state]) => state), ['connecting', 'waiting', 'connecting']);
  assert.ok(waits[0] < 300 && waits[1] > waits[0] && waits[2] > waits[1], String(waits));
  assert.ok(Math.max(...waits.slice(0, 45)) <= 1_500, 'for a minute: what comes back is to be met within 2 s');
  assert.ok(Math.max(...waits) > 5_000 && Math.max(...waits) <= 15_000, String(waits.slice(45)));
});

test('waits begin anew once something was said', () => {
  const { clockwork, sockets, socket, lose } = room();
  socket.connect();
  for (let i = 0; i < 5; i++) lose();
  sockets[5].onopen();
  sockets[5].onmessage({ data: '{}' });
  sockets[5].onclose({ code: 1006 });
  clockwork.advance(300);
  assert.equal(sockets.length, 7);
});

for (const code of [4403, 4404, 4429]) {
  test(`after ${code} it does not come back`, () => {
    const { clockwork, sockets, states, socket } = room();
    socket.connect();
    sockets[0].onopen();
    sockets[0].onclose({ code });
    clockwork.advance(60_000);
    socket.hurry();
    socket.connect();
    assert.equal(sockets.length, 1);
    assert.deepEqual(states.at(-1), ['closed', code]);
  });
}

test('after 4408, too slow, it comes back', () => {
  const { clockwork, sockets, socket } = room();
  socket.connect();
  sockets[0].onopen();
  sockets[0].onclose({ code: 4408 });
  clockwork.advance(300);
  assert.equal(sockets.length, 2);
});

test('a link that swallows everything is given up in some seconds', () => {
  const { clockwork, sockets, socket } = room();
  socket.connect();
  sockets[0].onopen();
  socket.expectAnswer();
  clockwork.advance(SILENCE_MS - 1);
  assert.equal(socket.state, 'open');
  clockwork.advance(1);
  assert.equal(socket.state, 'waiting');
  assert.equal(sockets[0].closed, true);
});

test('anything that comes is a sign of life', () => {
  const { clockwork, sockets, socket } = room();
  socket.connect();
  sockets[0].onopen();
  socket.expectAnswer();
  clockwork.advance(SILENCE_MS - 1);
  sockets[0].onmessage({ data: 'room news' });
  clockwork.advance(60_000);
  assert.equal(socket.state, 'open');
});

test('a handshake into a silent network is given up', () => {
  const { clockwork, sockets, socket } = room();
  socket.connect();
  clockwork.advance(9_000);
  assert.equal(sockets[0].closed, true);
  assert.equal(sockets.length, 2);
});

test('when the network is back it does not sit out a wait', () => {
  const { sockets, socket, lose } = room();
  socket.connect();
  for (let i = 0; i < 5; i++) lose();
  sockets[5].onclose({ code: 1006 });
  socket.hurry();
  assert.equal(sockets.length, 7);
  socket.hurry();
  assert.equal(sockets.length, 7, 'one attempt at a time');
});

test('a machine that slept takes another link, at once', () => {
  const { sockets, states, socket } = room();
  socket.connect();
  sockets[0].onopen();
  socket.renew();
  assert.deepEqual([sockets[0].closed, sockets.length], [true, 2]);
  sockets[1].onopen();
  assert.deepEqual(states.map(([state]) => state), ['connecting', 'open', 'waiting', 'connecting', 'open']);
  socket.close();
  socket.renew();
  assert.deepEqual([socket.state, sockets.length], ['closed', 2]);
});

test('what an abandoned socket still says is not heard', () => {
  const { clockwork, sockets, texts, states, socket } = room();
  socket.connect();
  sockets[0].onopen();
  socket.expectAnswer();
  clockwork.advance(SILENCE_MS + 300);
  const before = states.length;
  sockets[0].onmessage({ data: 'late' });
  sockets[0].onclose({ code: 1000 });
  sockets[0].onopen();
  assert.deepEqual([texts, states.length], [[], before]);
});

test('closing is final', () => {
  const { clockwork, sockets, socket } = room();
  socket.connect();
  sockets[0].onopen();
  socket.close();
  clockwork.advance(60_000);
  assert.deepEqual([socket.state, sockets.length, sockets[0].closed], ['closed', 1, true]);
});
