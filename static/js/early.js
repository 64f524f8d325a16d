// @ts-check
/**
 * What a room's page begins before the rest of it has come: on a slow network that takes seconds, in which the clock can
 * be learnt, the room's state be had, the decoders be tried, and a press be kept. It is a script of its own with few imports.
 */

import { Calibration } from './calibration.js';
import { Link } from './link.js';
import './page/early_press.js';

export const calibration = new Calibration();
export const link = new Link();

const room = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=room]')).content;
const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
link.open(`${scheme}://${location.host}/ws/rooms/${room}/`);
calibration.learn();
