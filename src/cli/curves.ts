// Curves as SVG. What draws them is not part of the program: it is loaded when asked for, where it is installed.

import type { TopLevelSpec } from 'vega-lite';

export interface Curves {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** What the colours tell apart. */
  readonly series: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly series: string }[];
}

/** Turns curves into the text of an SVG file. */
export type Draw = (curves: Curves) => Promise<string>;

/** Null where the drawing packages are not installed. */
export async function loadDrawing(): Promise<Draw | null> {
  try {
    const [vega, lite] = await Promise.all([import('vega'), import('vega-lite')]);
    return async (curves) => {
      const { spec } = lite.compile(specOf(curves));
      const view = new vega.View(vega.parse(spec), { renderer: 'none' });
      try {
        return await view.toSVG();
      } finally {
        view.finalize();
      }
    };
  } catch {
    return null;
  }
}

function specOf({ title, x, y, series, points }: Curves): TopLevelSpec {
  return {
    title,
    width: 560,
    height: 320,
    background: 'white',
    data: { values: points.map((point) => ({ ...point })) },
    mark: { type: 'line', strokeWidth: 2, point: points.length < 200 },
    encoding: {
      x: { field: 'x', type: 'quantitative', title: x },
      y: { field: 'y', type: 'quantitative', title: y, scale: { zero: false } },
      color: { field: 'series', type: 'nominal', title: series, sort: null },
    },
  };
}
