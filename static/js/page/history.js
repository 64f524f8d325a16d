// @ts-check
/** The readings of one player as the sync monitor keeps them: a list for each number, as plots want them. Pure. */

/** As far back as the server does (rooms/readings.py). */
export const KEPT_S = 600;

/** @typedef {{at_us: number[], [name: string]: (number | string | null)[]}} Columns  oldest first; `at_us` server time */

/**
 * What is held and what came since, each once, without what has grown too old. A process tells again what it may have
 * heard late from another one.
 * @param {Columns | undefined} held @param {Columns} fresh @returns {Columns}
 */
export function appended(held, fresh) {
  const last_us = held?.at_us.at(-1) ?? -Infinity;
  const news = fresh.at_us.filter((us) => us <= last_us).length;
  const at_us = [...(held?.at_us ?? []), ...fresh.at_us.slice(news)];
  const oldest_us = (at_us.at(-1) ?? 0) - KEPT_S * 1e6;
  const first = Math.max(0, at_us.findIndex((us) => us >= oldest_us));
  /** @type {Columns} */
  const columns = { at_us: at_us.slice(first) };
  for (const name of Object.keys(fresh)) {
    if (name !== 'at_us') columns[name] = [...(held?.[name] ?? []), ...fresh[name].slice(news)].slice(first);
  }
  return columns;
}
