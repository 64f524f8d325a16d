// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askAgain, fingerprint, goesOn, refusal } from '../../../static/js/page/resumable.js';
import { Refused } from '../../../static/js/page/upload_queue.js';

const said = (/** @type {string} */ code) => JSON.stringify({ code, message: 'Words.' });

test('what lies with the file is refused for good, and the rest may be tried again', () => {
  for (const code of ['empty_file', 'not_audio', 'unreadable', 'too_large']) assert.ok(refusal(said(code)) instanceof Refused, code);
  for (const code of ['quota_full', 'not_signed_in', 'no_such_upload']) assert.ok(!(refusal(said(code)) instanceof Refused), code);
  assert.equal(refusal(said('not_audio')).message, 'Words.');
});

test('no answer, and an answer of somebody else, have words too', () => {
  assert.equal(refusal(null).message, 'The connection broke off.');
  for (const body of ['', '<h1>Bad Gateway</h1>', '{}', 'null']) {
    assert.equal(refusal(body).message, 'The server could not take this file.');
  }
});

test('what may go well the next time is tried again', () => {
  assert.deepEqual([0, 408, 409, 423, 500, 502, 503, 507].filter((status) => !goesOn(status)), []);
  assert.deepEqual([400, 401, 403, 404, 413, 415, 422, 429].filter(goesOn), []);
});

test('an offset that is not told is asked for again; where there is none, the file begins anew', () => {
  const ask = (/** @type {string} */ method, /** @type {number} */ status) => () =>
    askAgain(/** @type {any} */ ({ getMethod: () => method }), /** @type {any} */ ({ getStatus: () => status }));
  assert.throws(ask('HEAD', 502));
  assert.throws(ask('HEAD', 503));
  for (const [method, status] of /** @type {const} */ ([['HEAD', 200], ['HEAD', 404], ['PATCH', 502], ['POST', 503]])) {
    assert.doesNotThrow(ask(method, status), method);
  }
});

test('a file is the same one by its name, size and date, for one account', () => {
  const file = /** @type {File} */ ({ name: 'Tide.flac', size: 10, lastModified: 5 });
  const where = { account: '1', endpoint: 'https://music.example.org/library/uploads/' };
  const same = fingerprint(file, where);
  assert.equal(fingerprint(/** @type {File} */ ({ ...file }), { ...where }), same);
  for (const other of [{ name: 'Ebb.flac' }, { size: 11 }, { lastModified: 6 }]) {
    assert.notEqual(fingerprint(/** @type {File} */ ({ ...file, ...other }), where), same);
  }
  assert.notEqual(fingerprint(file, { ...where, account: '2' }), same);
});
