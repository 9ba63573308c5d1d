// What others draw over a plan: ways, areas, flags, handles to take, the measuring line.
import { plate } from "./drawFloor";
import { distance, type Point, type Size, toScreen, type View } from "./geometry";
import { type Palette, toneOf } from "./palette";
import type { Handle, Overlay } from "./types";
import { fixed } from "../../i18n";

type Ctx = CanvasRenderingContext2D;

/** Where the measuring line begins and ends; `isOn` while the tool is in the hand. */
export interface Measure {
  readonly isOn: boolean;
  readonly from: Point | null;
  readonly to: Point | null;
}

export function drawOverlays(ctx: Ctx, overlays: readonly Overlay[], view: View, size: Size, palette: Palette): void {
  for (const overlay of overlays) {
    const colour = toneOf(palette, overlay.tone);
    ctx.strokeStyle = ctx.fillStyle = colour;
    ctx.lineWidth = 2.5;
    ctx.setLineDash("isDashed" in overlay && overlay.isDashed === true ? [8, 6] : []);
    ctx.beginPath();
    let labelAt: Point;
    if (overlay.kind === "circle") {
      labelAt = toScreen(view, size, overlay.at);
      ctx.arc(labelAt.x, labelAt.y, overlay.radiusM * view.pxPerM, 0, 2 * Math.PI);
      ctx.stroke();
    } else if (overlay.kind === "flag") {
      labelAt = toScreen(view, size, overlay.at);
      ctx.moveTo(labelAt.x, labelAt.y);
      ctx.lineTo(labelAt.x - 7, labelAt.y - 16);
      ctx.arc(labelAt.x, labelAt.y - 18, 7, Math.PI * 0.9, Math.PI * 2.1);
      ctx.closePath();
      ctx.fill();
    } else {
      const points = overlay.points.map((one) => toScreen(view, size, one));
      const first = points[0];
      const last = points.at(-1);
      if (first === undefined || last === undefined) continue;
      points.forEach((p, i) => (i === 0 ? ctx.moveTo(p.x, p.y) : ctx.lineTo(p.x, p.y)));
      if (overlay.kind === "area") {
        ctx.closePath();
        ctx.globalAlpha = 0.18;
        ctx.fill();
        ctx.globalAlpha = 1;
      }
      ctx.stroke();
      const before = points.at(-2);
      if (overlay.kind === "path" && overlay.hasArrow === true && before !== undefined) arrowHead(ctx, before, last);
      labelAt = overlay.kind === "area" ? middleOf(points) : last;
    }
    ctx.setLineDash([]);
    const label = overlay.label ?? "";
    if (label !== "") plate(ctx, label, { x: labelAt.x, y: labelAt.y + 16 }, colour, palette.panel, "center");
  }
}

function arrowHead(ctx: Ctx, before: Point, at: Point): void {
  const angle = Math.atan2(at.y - before.y, at.x - before.x);
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(at.x, at.y);
  ctx.lineTo(at.x - 14 * Math.cos(angle - 0.4), at.y - 14 * Math.sin(angle - 0.4));
  ctx.lineTo(at.x - 14 * Math.cos(angle + 0.4), at.y - 14 * Math.sin(angle + 0.4));
  ctx.fill();
}

function middleOf(points: readonly Point[]): Point {
  const n = Math.max(points.length, 1);
  return { x: points.reduce((sum, p) => sum + p.x, 0) / n, y: points.reduce((sum, p) => sum + p.y, 0) / n };
}

export function drawHandles(
  ctx: Ctx, handles: readonly Handle[], selected: string | null, view: View, size: Size, palette: Palette,
): void {
  for (const handle of handles) {
    const at = toScreen(view, size, handle.at);
    const isSelected = handle.id === selected;
    ctx.fillStyle = isSelected ? palette.accent : palette.panel;
    ctx.strokeStyle = palette.accent;
    ctx.lineWidth = isSelected ? 4 : 2;
    ctx.beginPath();
    ctx.rect(at.x - 8, at.y - 8, 16, 16);
    ctx.fill();
    ctx.stroke();
    if (isSelected) plate(ctx, handle.label, { x: at.x, y: at.y + 20 }, palette.text, palette.panel, "center");
  }
}

export function drawMeasure(ctx: Ctx, measure: Measure, view: View, size: Size, palette: Palette): void {
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = 2;
  if (measure.isOn) {
    // By keyboard, the middle of the plan is the pointer.
    const { width, height } = size;
    ctx.beginPath();
    ctx.moveTo(width / 2 - 12, height / 2);
    ctx.lineTo(width / 2 + 12, height / 2);
    ctx.moveTo(width / 2, height / 2 - 12);
    ctx.lineTo(width / 2, height / 2 + 12);
    ctx.stroke();
  }
  if (measure.from === null) return;
  const a = toScreen(view, size, measure.from);
  const end = measure.to;
  const b = end === null ? null : toScreen(view, size, end);
  ctx.beginPath();
  ctx.arc(a.x, a.y, 4, 0, 2 * Math.PI);
  if (b !== null) {
    ctx.moveTo(a.x, a.y);
    ctx.lineTo(b.x, b.y);
    ctx.moveTo(b.x + 4, b.y);
    ctx.arc(b.x, b.y, 4, 0, 2 * Math.PI);
  }
  ctx.stroke();
  if (b !== null && end !== null) {
    const words = `${fixed(distance(measure.from, end), 2)} m`;
    plate(ctx, words, { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 - 14 }, palette.text, palette.panel, "center");
  }
}
