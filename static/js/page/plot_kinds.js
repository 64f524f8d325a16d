// @ts-check
/** What the sync monitor plots of each player, and how: scales and numbers. Pure. */

import { gettext } from './words.js';

export const RENDITIONS = ['aac-64', 'aac-128', 'aac-256', 'flac'];

/**
 * @typedef {object} Kind
 * @property {string} title
 * @property {string} unit
 * @property {[string, string][]} lines  field, and what it is called beside another one
 * @property {number} digits  of the number beside the plot
 * @property {'around' | 'above' | 'named'} scale  both sides of 0, from 0 up, or the renditions' names
 * @property {number} least  a scale is never narrower: noise must not look like trouble
 * @property {string} [margin]  field of the margin shown around the first line
 * @property {boolean} [steps]
 */

/** @returns {Kind[]} */
export const plotKinds = () => [
  { title: gettext('Error and clock margin'), unit: 'ms', lines: [['error_ms', '']], digits: 2, scale: 'around', least: 0.5, margin: 'offset_error_ms' },
  { title: gettext('Clock'), unit: 'ms', lines: [['offset_error_ms', '±'], ['offset_bound_ms', gettext('bound')]], digits: 2, scale: 'above', least: 1 },
  { title: gettext('Round trip'), unit: 'ms', lines: [['rtt_ms', '']], digits: 1, scale: 'above', least: 5 },
  { title: gettext('Skew'), unit: 'ppm', lines: [['clock_skew_ppm', gettext('clock')], ['device_skew_ppm', gettext('device')]], digits: 1, scale: 'around', least: 20 },
  { title: gettext('Output delay'), unit: 'ms', lines: [['output_latency_ms', '']], digits: 1, scale: 'above', least: 50 },
  { title: gettext('Buffer'), unit: 's', lines: [['buffered_s', gettext('fetched')], ['decoded_s', gettext('decoded')]], digits: 1, scale: 'above', least: 10 },
  { title: gettext('Quality'), unit: '', lines: [['rendition', '']], digits: 0, scale: 'named', least: 0, steps: true },
  { title: gettext('Stumbles'), unit: '', lines: [['resyncs', gettext('resyncs')], ['underruns', gettext('underruns')]], digits: 0, scale: 'above', least: 4, steps: true },
];

/**
 * The least and the greatest value on the axis, for data within `min` and `max` (null: there are none).
 * @param {Pick<Kind, 'scale' | 'least'>} kind @param {number | null} min @param {number | null} max
 * @returns {[number, number]}
 */
export function extent({ scale, least }, min, max) {
  if (scale === 'named') return [-0.5, RENDITIONS.length - 0.5];
  const reach = Math.max(least, 1.1 * Math.max(Math.abs(min ?? 0), Math.abs(max ?? 0)));
  return [scale === 'around' ? -reach : 0, reach];
}

/** A value's place on the axis. @param {number | string | null} value @returns {number | null} */
export function placeOf(value) {
  if (typeof value !== 'string') return value;
  const place = RENDITIONS.indexOf(value);
  return place < 0 ? null : place;
}

/** As written beside the plot. @param {number | string | null | undefined} value @param {Pick<Kind, 'digits' | 'unit'>} kind */
export function written(value, { digits, unit }) {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  const number = value.toFixed(digits);
  return `${Number(number) ? number.replace('-', '−') : number.replace('-', '')} ${unit}`.trim();
}
