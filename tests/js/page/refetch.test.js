// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refetch } from '../../../static/js/page/refetch.js';

test('what failed is fetched again, once, when the server answers', () => {
  const refetch = new Refetch();
  /** @type {string[]} */
  const fetched = [];
  refetch.later({}, () => fetched.push('cover'));
  refetch.later({}, () => fetched.push('peaks'));
  assert.deepEqual(fetched, []);
  refetch.now();
  refetch.now();
  assert.deepEqual(fetched, ['cover', 'peaks']);
});

test('what fails again waits again, and is not tried in a circle', () => {
  const refetch = new Refetch();
  const what = {};
  let tries = 0;
  const fetchIt = () => {
    tries += 1;
    refetch.later(what, fetchIt);
  };
  refetch.later(what, fetchIt);
  refetch.now();
  assert.equal(tries, 1);
  refetch.now();
  assert.equal(tries, 2);
});

test('of one thing the newest wish counts, and none once it has come', () => {
  const refetch = new Refetch();
  /** @type {string[]} */
  const fetched = [];
  const [cover, peaks] = [{}, {}];
  refetch.later(cover, () => fetched.push('old'));
  refetch.later(cover, () => fetched.push('new'));
  refetch.later(peaks, () => fetched.push('peaks'));
  refetch.forget(peaks);
  refetch.now();
  assert.deepEqual(fetched, ['new']);
});

test('what is no longer on the page is not wanted', () => {
  const refetch = new Refetch();
  refetch.later({ isConnected: false }, () => assert.fail());
  refetch.now();
});
