// @ts-check
/**
 * What a room's page begins before the rest of it has come: on a slow network that takes seconds, in which the clock can
 * be learnt, the room's state be had, the decoders be tried, and what only this platform needs be fetched. It is a script
 * of its own with few imports.
 */

import { Calibration } from '../music/calibration.js';
import { Link } from '../link/link.js';
import { PlatformCurve } from '../output/platform_curve.js';
import { parts, revision } from './room_parts.js';
import { sitePath, socketUrl } from './site_path.js';

export const calibration = new Calibration({ manifestUrl: `${sitePath}library/calibration.json` });
export const link = new Link();
export const platform = new PlatformCurve();

const room = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=room]')).content;
export const initial = { revision, parts };

link.open(socketUrl(room), revision);
calibration.learn();
platform.load(navigator).catch(() => {}); // then what sounds is known worse, for a quarter of a minute
