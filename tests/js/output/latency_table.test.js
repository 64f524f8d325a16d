// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { correctionFor, LATENCY_TABLE, LATENCY_TABLE_VERSION } from '../../../static/js/output/latency_table.js';

const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15';
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';

/** @type {[string, import('../../../static/js/output/platform.js').Facts, string | null, number][]} */
const browsers = [
  ['Safari on a Mac', { userAgent: `${MAC} ${SAFARI}`, platform: 'MacIntel', maxTouchPoints: 0 }, 'webkit/macos', 100],
  ['Safari on an iPhone', { userAgent: `${PHONE} Version/18.4 Mobile/15E148 Safari/604.1` }, 'webkit/ios', 100],
  ['Chrome on an iPhone, WebKit by another name', { userAgent: `${PHONE} CriOS/140.0.0.0 Mobile/15E148 Safari/604.1` }, 'webkit/ios', 100],
  ['Firefox on an iPhone', { userAgent: `${PHONE} FxiOS/140.0 Mobile/15E148 Safari/604.1` }, 'webkit/ios', 100],
  ['an iPad that asks for desktop pages', { userAgent: `${MAC} ${SAFARI}`, platform: 'MacIntel', maxTouchPoints: 5 }, 'webkit/ios', 100],
  ['Chrome on a Mac', { userAgent: `${MAC} ${CHROME}`, platform: 'MacIntel' }, null, 0],
  ['Firefox on a Mac', { userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:141.0) Gecko/20100101 Firefox/141.0' }, null, 0],
  ['Chrome on Linux', { userAgent: `Mozilla/5.0 (X11; Linux x86_64) ${CHROME}`, platform: 'Linux x86_64' }, 'blink/linux', 0],
  ['Firefox on Linux', { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0' }, 'gecko/linux', 0],
  ['WebKitGTK', { userAgent: `Mozilla/5.0 (X11; Linux x86_64) ${SAFARI}`, platform: 'Linux x86_64' }, 'webkit/linux', 71],
  ['WebKitGTK that calls itself a Macintosh', { userAgent: `${MAC} ${SAFARI}`, platform: 'Linux x86_64' }, 'webkit/linux', 71],
  ['Chrome on Android', { userAgent: `Mozilla/5.0 (Linux; Android 16) ${CHROME}`, platform: 'Linux armv81' }, null, 0],
  ['Edge on Windows', { userAgent: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Edg/140.0.0.0` }, null, 0],
  ['something else', { userAgent: 'Lynx/2.9' }, null, 0],
];

for (const [name, facts, expected, lateMs] of browsers) {
  test(`${name} is ${lateMs} ms later than it says`, () => {
    const { ms, row } = correctionFor(facts);
    assert.equal(row && `${row.engine}/${row.system}`, expected);
    assert.equal(ms, lateMs);
  });
}

test('every row is plausible, has a source, and is there once', () => {
  assert.ok(Number.isInteger(LATENCY_TABLE_VERSION));
  for (const { lateMs, source } of LATENCY_TABLE) {
    assert.ok(Math.abs(lateMs) <= 300, String(lateMs));
    assert.ok(source.length > 10, source);
  }
  assert.equal(new Set(LATENCY_TABLE.map(({ engine, system }) => `${engine}/${system}`)).size, LATENCY_TABLE.length);
});
