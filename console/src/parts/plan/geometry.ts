// Between metres of the site (x right, y up) and pixels of the screen (y down).

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is shown: the point of the site in the middle, and how large a metre is. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly pxPerM: number;
}

export interface Box {
  readonly min: Point;
  readonly max: Point;
}

export const MIN_PX_PER_M = 2;
export const MAX_PX_PER_M = 400;
const MARGIN_PX = 20;

export function toScreen(view: View, size: Size, at: Point): Point {
  return {
    x: size.width / 2 + (at.x - view.x) * view.pxPerM,
    y: size.height / 2 - (at.y - view.y) * view.pxPerM,
  };
}

export function toSite(view: View, size: Size, at: Point): Point {
  return {
    x: view.x + (at.x - size.width / 2) / view.pxPerM,
    y: view.y - (at.y - size.height / 2) / view.pxPerM,
  };
}

/** The view that shows all of a box. */
export function fit(box: Box, size: Size): View {
  const across = Math.max(box.max.x - box.min.x, 0.1);
  const up = Math.max(box.max.y - box.min.y, 0.1);
  const pxPerM = Math.min((size.width - 2 * MARGIN_PX) / across, (size.height - 2 * MARGIN_PX) / up);
  return { x: (box.min.x + box.max.x) / 2, y: (box.min.y + box.max.y) / 2, pxPerM: clampZoom(pxPerM) };
}

/** Zoom so that the point under the pointer stays where it is. */
export function zoomAt(view: View, size: Size, at: Point, factor: number): View {
  const pxPerM = clampZoom(view.pxPerM * factor);
  const under = toSite(view, size, at);
  return {
    x: under.x - (at.x - size.width / 2) / pxPerM,
    y: under.y + (at.y - size.height / 2) / pxPerM,
    pxPerM,
  };
}

/** Move what is shown by so many pixels. */
export function pan(view: View, dx: number, dy: number): View {
  return { ...view, x: view.x - dx / view.pxPerM, y: view.y + dy / view.pxPerM };
}

/** Never let the whole site out of sight. */
export function keepIn(view: View, box: Box): View {
  const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
  return { ...view, x: clamp(view.x, box.min.x, box.max.x), y: clamp(view.y, box.min.y, box.max.y) };
}

export function clampZoom(pxPerM: number): number {
  if (!Number.isFinite(pxPerM)) return 40;
  return Math.min(Math.max(pxPerM, MIN_PX_PER_M), MAX_PX_PER_M);
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** A round length in metres that is at most so many pixels long, for the scale bar. */
export function scaleLength(pxPerM: number, maxPx: number): number {
  const most = maxPx / pxPerM;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([5, 2, 1].find((one) => one * power <= most) ?? 1) * power;
}

const ARROWS = ["→", "↗", "↑", "↖", "←", "↙", "↓", "↘"] as const;

/** Which way somebody goes, as an arrow that is right on the plan; nothing for who stands. */
export function arrowOf(vx: number, vy: number): string {
  if (!(Math.hypot(vx, vy) > 0.2)) return "";
  const eighth = Math.round(Math.atan2(vy, vx) / (Math.PI / 4));
  return ARROWS[(eighth + 8) % 8] ?? "";
}
