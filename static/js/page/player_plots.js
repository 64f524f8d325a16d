// @ts-check
/** One player's plots. Drawn only while they are unfolded; hovering over one tells the numbers of that instant in all. */

import uPlot from '../../vendor/uplot/uPlot.esm.js';
import { KEPT_S } from './history.js';
import { extent, placeOf, plotKinds, RENDITIONS, written } from './plot_kinds.js';

/** @typedef {import('./history.js').Columns} Columns */
/** @typedef {import('./plot_kinds.js').Kind} Kind */
/** @typedef {{kind: Kind, plot: uPlot, values: HTMLElement[]}} Drawn */

/** A plot of fewer seconds would stretch a handful of readings over its whole width. */
const LEAST_SPAN_S = 60;
const HEIGHT_PX = 120;
const AXIS_FONT_PX = 11;

const clockTime = new Intl.DateTimeFormat(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

export class PlayerPlots {
  /** @param {HTMLElement} place @param {number} number  of the player: its plots share one cursor */
  constructor(place, number) {
    this.place = place;
    this.number = number;
    /** @type {Columns} */
    this.columns = { at_us: [] };
    /** @type {Drawn[]} */
    this.drawn = [];
    this.resized = new ResizeObserver(() => {
      for (const { plot } of this.drawn) plot.setSize({ width: widthOf(plot.root), height: HEIGHT_PX });
    });
    this.resized.observe(place);
  }

  /** @param {Columns} columns */
  show(columns) {
    this.columns = columns;
    for (const drawn of this.drawn) {
      drawn.plot.setData(dataOf(drawn.kind, columns));
      this.tell(drawn, drawn.plot.cursor.idx);
    }
  }

  draw() {
    this.clear();
    const colours = coloursOf(this.place);
    this.drawn = plotKinds().map((kind) => this.drawOne(kind, colours));
  }

  clear() {
    for (const { plot } of this.drawn) plot.destroy();
    this.drawn = [];
    this.place.replaceChildren();
  }

  close() {
    this.resized.disconnect();
    this.clear();
  }

  /** @param {Kind} kind @param {Colours} colours @returns {Drawn} */
  drawOne(kind, colours) {
    const figure = added(this.place, 'figure');
    const caption = added(figure, 'figcaption');
    added(caption, 'span').textContent = kind.title;
    const place = added(caption, 'span', 'plot-values');
    const values = kind.lines.map(() => added(place, 'span', 'plot-value'));
    const host = added(figure, 'div', 'plot');
    host.setAttribute('aria-hidden', 'true'); // the caption and the table say it in numbers
    const plot = new uPlot(optionsOf(kind, colours, widthOf(host), String(this.number)), dataOf(kind, this.columns), host);
    /** @type {Drawn} */
    const drawn = { kind, plot, values };
    plot.hooks.setCursor = [() => this.tell(drawn, plot.cursor.idx)];
    this.tell(drawn, null);
    return drawn;
  }

  /** Write the numbers beside a plot. @param {Drawn} drawn @param {number | null | undefined} index  null: the newest */
  tell({ kind, values }, index) {
    kind.lines.forEach(([field, name], at) => {
      const column = this.columns[field] ?? [];
      values[at].textContent = `${name} ${written(column[index ?? column.length - 1], kind)}`.trim();
    });
  }
}

/** @param {Kind} kind @param {Columns} columns @returns {uPlot.AlignedData} */
function dataOf({ lines, margin }, columns) {
  const series = lines.map(([field]) => (columns[field] ?? []).map(placeOf));
  const seconds = columns.at_us.map((us) => us / 1e6);
  if (!margin) return [seconds, ...series];
  const around = (columns[margin] ?? []).map(placeOf);
  const edge = (/** @type {1 | -1} */ side) => around.map((value, at) => {
    const middle = series[0][at];
    return value === null || middle === null ? null : middle + side * value;
  });
  return [seconds, edge(1), edge(-1), ...series];
}

/** @typedef {{ink: string, grid: string, lines: string[], margin: string, font: string}} Colours */

/** The theme's own. @param {Element} element @returns {Colours} */
function coloursOf(element) {
  const style = getComputedStyle(element);
  const token = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    ink: token('--ink-soft'), grid: token('--line'), lines: [token('--accent'), token('--warn')], margin: token('--accent-tint'),
    font: `${AXIS_FONT_PX}px ${token('--font')}`,
  };
}

/** @param {Kind} kind @param {Colours} colours @param {number} width @param {string} group @returns {uPlot.Options} */
function optionsOf(kind, colours, width, group) {
  const axis = { stroke: colours.ink, font: colours.font, grid: { stroke: colours.grid, width: 1 }, ticks: { show: false } };
  const paths = kind.steps ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  /** @type {uPlot.Series[]} */
  const lines = kind.lines.map((_, at) => ({
    stroke: colours.lines[at], width: 1.5, dash: at ? [5, 4] : undefined, points: { size: 4 }, ...(paths && { paths }),
  }));
  const edges = kind.margin ? [0, 1].map(() => ({ width: 0, points: { show: false } })) : [];
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 }, sync: { key: group } },
    scales: {
      x: { range: (_, first, last) => [last - Math.min(KEPT_S, Math.max(LEAST_SPAN_S, last - first)), last] },
      y: { range: (_, min, max) => extent(kind, min, max) },
    },
    axes: [
      { ...axis, size: 24, gap: 6, space: 70, values: (_, splits) => splits.map((s) => clockTime.format(s * 1000)) },
      {
        ...axis,
        size: kind.scale === 'named' ? 52 : 40,
        gap: 3,
        space: 22,
        ...(kind.scale === 'named' && { splits: () => RENDITIONS.map((_, at) => at), values: () => RENDITIONS }),
      },
    ],
    series: [{}, ...edges, ...lines], // in the order of drawing: the margin lies below
    bands: kind.margin ? [{ series: [1, 2], fill: colours.margin }] : [],
    padding: [8, 24, 0, 0], // the last time of day is wider than half of what stands to its right
  };
}

/** @param {Element} element */
function widthOf(element) {
  return Math.max(200, Math.floor(/** @type {Element} */ (element.closest('figure')).clientWidth));
}

/** @param {Element} parent @param {string} tag @param {string} [name]  class */
function added(parent, tag, name = '') {
  const element = document.createElement(tag);
  element.className = name;
  parent.append(element);
  return element;
}
