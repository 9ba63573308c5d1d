// Who is there: shape and colour by state, where they go, where they came from. Drawn every frame.
import { plate } from "./drawFloor";
import { type Point, type Size, toScreen, type View } from "./geometry";
import { ALARM, type Mover, NOT_SCREENED, NOTHING_FOUND } from "./motion";
import type { Palette } from "./palette";
import type { PlanMark } from "./types";

type Ctx = CanvasRenderingContext2D;

export interface PeopleInput {
  readonly isOld: boolean;
  readonly selectedTrack: number | null;
  readonly followedTrack: number | null;
}

/** Half the width of a mark: a person's own where that can be seen. */
export function radiusOf(view: View): number {
  return Math.min(Math.max(0.24 * view.pxPerM, 4.5), 13);
}

export function drawPeople(
  ctx: Ctx, movers: Iterable<Mover>, input: PeopleInput, view: View, size: Size, palette: Palette,
): void {
  const radius = radiusOf(view);
  const [pending, found, alarm, unscreened, things]: Mover[][] = [[], [], [], [], []];
  for (const mover of movers) {
    if (!isSeen(mover, view, size)) continue;
    const kind = mover.state === ALARM ? alarm : mover.isThing ? things : mover.state === NOT_SCREENED ? unscreened
      : mover.state === NOTHING_FOUND ? found : pending;
    kind?.push(mover);
  }
  const old = input.isOld ? palette.dim : null;
  const groups: readonly (readonly [Mover[] | undefined, string, Shape])[] = [
    [found, palette.foundNothing, dot],
    [pending, palette.pending, ring],
    [things, palette.unscreened, box],
    [unscreened, palette.unscreened, openSquare],
    [alarm, palette.alarm, diamond],
  ];
  for (const [group, colour] of groups) trails(ctx, group ?? [], old ?? colour, view, size);
  for (const [group, colour, shape] of groups) {
    if (group === undefined || group.length === 0) continue;
    ctx.strokeStyle = ctx.fillStyle = old ?? colour;
    ctx.lineWidth = 2;
    ctx.setLineDash(input.isOld ? [2, 2] : []);
    noses(ctx, group, radius, view, size);
    shape(ctx, group.map((one) => toScreen(view, size, one)), radius, palette);
    ctx.setLineDash([]);
  }
  for (const mover of movers) {
    if (mover.trackId === input.selectedTrack || mover.trackId === input.followedTrack) {
      picked(ctx, mover, mover.trackId === input.followedTrack, radius, view, size, palette);
    }
  }
}

type Shape = (ctx: Ctx, places: readonly Point[], radius: number, palette: Palette) => void;

/** Still under way: a ring. */
const ring: Shape = (ctx, places, radius, palette) => {
  ctx.beginPath();
  for (const { x, y } of places) {
    ctx.moveTo(x + radius, y);
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
  }
  const colour = ctx.fillStyle;
  ctx.fillStyle = palette.floor;
  ctx.fill();
  ctx.fillStyle = colour;
  ctx.stroke();
};

/** Nothing found: a filled dot, smaller. */
const dot: Shape = (ctx, places, radius) => {
  ctx.beginPath();
  for (const { x, y } of places) {
    ctx.moveTo(x + 0.75 * radius, y);
    ctx.arc(x, y, 0.75 * radius, 0, 2 * Math.PI);
  }
  ctx.fill();
};

/** Not screened: an open square with a stroke through it, which must not be missed. */
const openSquare: Shape = (ctx, places, radius, palette) => {
  ctx.beginPath();
  for (const { x, y } of places) ctx.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  const colour = ctx.fillStyle;
  ctx.fillStyle = palette.floor;
  ctx.fill();
  ctx.fillStyle = colour;
  for (const { x, y } of places) {
    ctx.moveTo(x - radius, y + radius);
    ctx.lineTo(x + radius, y - radius);
  }
  ctx.stroke();
};

/** A thing that was set down: a filled box with a cross. */
const box: Shape = (ctx, places, radius, palette) => {
  ctx.beginPath();
  for (const { x, y } of places) ctx.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  ctx.fill();
  ctx.beginPath();
  for (const { x, y } of places) {
    ctx.moveTo(x - radius, y - radius);
    ctx.lineTo(x + radius, y + radius);
    ctx.moveTo(x - radius, y + radius);
    ctx.lineTo(x + radius, y - radius);
  }
  ctx.strokeStyle = palette.floor;
  ctx.stroke();
};

/** A check is requested: a filled diamond with "!", the largest. */
const diamond: Shape = (ctx, places, radius, palette) => {
  const r = 1.5 * radius + 2;
  ctx.beginPath();
  for (const { x, y } of places) {
    ctx.moveTo(x, y - r);
    ctx.lineTo(x + r, y);
    ctx.lineTo(x, y + r);
    ctx.lineTo(x - r, y);
    ctx.closePath();
  }
  ctx.fill();
  ctx.fillStyle = palette.onHigh;
  ctx.font = `bold ${Math.round(1.1 * r)}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (const { x, y } of places) ctx.fillText("!", x, y + 0.5);
};

function noses(ctx: Ctx, group: readonly Mover[], radius: number, view: View, size: Size): void {
  ctx.beginPath();
  for (const mover of group) {
    const speed = Math.hypot(mover.vx, mover.vy);
    if (!(speed > 0.2)) continue;
    const at = toScreen(view, size, mover);
    const reach = radius + 4 + 0.35 * Math.min(speed, 2) * view.pxPerM;
    ctx.moveTo(at.x + (mover.vx / speed) * radius, at.y - (mover.vy / speed) * radius);
    ctx.lineTo(at.x + (mover.vx / speed) * reach, at.y - (mover.vy / speed) * reach);
  }
  ctx.stroke();
}

function trails(ctx: Ctx, group: readonly Mover[], colour: string, view: View, size: Size): void {
  if (group.length === 0) return;
  ctx.globalAlpha = 0.4;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  for (const { trail, x, y } of group) {
    if (trail.length < 4) continue;
    for (let i = 0; i < trail.length; i += 2) {
      const at = toScreen(view, size, { x: trail[i] ?? 0, y: trail[i + 1] ?? 0 });
      if (i === 0) ctx.moveTo(at.x, at.y);
      else ctx.lineTo(at.x, at.y);
    }
    const now = toScreen(view, size, { x, y });
    ctx.lineTo(now.x, now.y);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}

function picked(ctx: Ctx, mover: Mover, isFollowed: boolean, radius: number, view: View, size: Size, palette: Palette): void {
  const at = toScreen(view, size, mover);
  const r = 1.5 * radius + 8;
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = 3;
  ctx.beginPath();
  ctx.arc(at.x, at.y, r, 0, 2 * Math.PI);
  if (isFollowed) {
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
      ctx.moveTo(at.x + dx * r, at.y + dy * r);
      ctx.lineTo(at.x + dx * (r + 8), at.y + dy * (r + 8));
    }
  }
  ctx.stroke();
  // How well it is known where they are.
  const spread = mover.spread * view.pxPerM;
  if (spread > r) {
    ctx.lineWidth = 1;
    ctx.setLineDash([4, 4]);
    ctx.beginPath();
    ctx.arc(at.x, at.y, spread, 0, 2 * Math.PI);
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

const SIGN = { high: "▲", medium: "◆", low: "●" } as const;

/** Where labels are already, so that none hides another. */
export type Taken = { readonly x: number; readonly y: number; readonly width: number }[];

/** The mark of an incident beside its person: sign of its priority, number, seconds left. */
export function drawMark(
  ctx: Ctx, mark: PlanMark, where: Point, isSelected: boolean, taken: Taken, view: View, size: Size, palette: Palette,
): void {
  const at = toScreen(view, size, where);
  const radius = radiusOf(view);
  const colour = palette[mark.priority];
  const on = mark.priority === "high" ? palette.onHigh : mark.priority === "medium" ? palette.onMedium : palette.onLow;
  const r = 1.5 * radius + 6;
  ctx.strokeStyle = colour;
  ctx.lineWidth = mark.isAcknowledged ? 2 : 4;
  ctx.setLineDash(mark.isLost ? [5, 5] : []);
  ctx.beginPath();
  ctx.arc(at.x, at.y, r, 0, 2 * Math.PI);
  ctx.stroke();
  ctx.setLineDash([]);
  const words = `${SIGN[mark.priority]} ${mark.label}`;
  const font = `${isSelected ? "bold " : ""}13px system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif`;
  ctx.font = font;
  const width = ctx.measureText(words).width;
  const place = freePlace(at, r, width, taken, size);
  taken.push({ ...place, width });
  plate(ctx, words, place, isSelected ? on : palette.text, isSelected ? colour : palette.panel, "start", font, isSelected ? 1 : 0.82);
}

/** The first place around a mark where a label fits and hides no other. */
export function freePlace(at: Point, r: number, width: number, taken: Taken, size: Size): Point {
  const right = at.x + r + 6;
  const left = at.x - r - 6 - width;
  const tries = [-r + 2, 0, r - 2, -r - 16, r + 16].flatMap((dy) => [{ x: right, y: at.y + dy }, { x: left, y: at.y + dy }]);
  const fits = tries.find(
    (one) =>
      one.x > 4 && one.x + width < size.width - 4 && one.y > 10 && one.y < size.height - 10 &&
      taken.every((t) => Math.abs(t.y - one.y) > 17 || one.x > t.x + t.width + 6 || one.x + width + 6 < t.x),
  );
  return fits ?? { x: Math.min(Math.max(right, 4), size.width - width - 4), y: at.y - r + 2 };
}

function isSeen(mover: Mover, view: View, size: Size): boolean {
  const { x, y } = toScreen(view, size, mover);
  return x > -60 && y > -60 && x < size.width + 60 && y < size.height + 60;
}
