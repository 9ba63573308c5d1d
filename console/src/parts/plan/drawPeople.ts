// Who is there: shape and colour by state, where they go, where they came from. Drawn every frame.
import { plate } from "./drawFloor";
import { type Point, type Size, toScreen, type View } from "./geometry";
import { ALARM, type Mover, NOT_SCREENED, NOTHING_FOUND } from "./motion";
import type { Palette } from "./palette";
import { spritesOf } from "./sprites";
import type { PlanMark } from "./types";

type Ctx = CanvasRenderingContext2D;

export interface PeopleInput {
  readonly isOld: boolean;
  readonly selectedTrack: number | null;
  readonly followedTrack: number | null;
  readonly simulated: ReadonlySet<number>;
  /** Whose floor nobody knows. */
  readonly onUnknownLevel: ReadonlySet<number>;
}

/** Half the width of a mark: a person's own where that can be seen. */
export function radiusOf(view: View): number {
  return Math.min(Math.max(0.24 * view.pxPerM, 4.5), 13);
}

/** With more people than that, only those that matter have trails: lines over lines tell nothing. */
const MOST_TRAILS = 120;

export function drawPeople(
  ctx: Ctx, movers: Iterable<Mover>, input: PeopleInput, view: View, size: Size, palette: Palette,
): void {
  const radius = radiusOf(view);
  const seen = [...movers].filter((mover) => isSeen(mover, view, size)).sort((a, b) => RANK[kindOf(a)] - RANK[kindOf(b)]);
  const sprites = spritesOf(radius, input.isOld, palette);
  const hasAll = seen.length <= MOST_TRAILS;
  for (const mover of seen) {
    const kind = kindOf(mover);
    const isPicked = mover.trackId === input.selectedTrack || mover.trackId === input.followedTrack;
    const colour = input.isOld ? palette.dim : palette[COLOURS[kind]];
    if (hasAll || isPicked || kind === "alarm" || kind === "unscreened") trail(ctx, mover, colour, view, size);
  }
  noses(ctx, seen, radius, input.isOld, view, size, palette);
  for (const mover of seen) {
    const at = toScreen(view, size, mover);
    const sprite = sprites[kindOf(mover)];
    ctx.drawImage(sprite.image, at.x - sprite.half, at.y - sprite.half, 2 * sprite.half, 2 * sprite.half);
  }
  for (const mover of seen) {
    if (input.onUnknownLevel.has(mover.trackId)) unknownLevelSign(ctx, toScreen(view, size, mover), radius, palette);
    if (input.simulated.has(mover.trackId)) simulatedSign(ctx, toScreen(view, size, mover), kindOf(mover) === "alarm" ? 1.5 * radius + 12 : radius + 5, palette);
  }
  for (const mover of seen) {
    if (mover.trackId === input.selectedTrack || mover.trackId === input.followedTrack) {
      picked(ctx, mover, mover.trackId === input.followedTrack, radius, view, size, palette);
    }
  }
}

export type Kind = "found" | "pending" | "thing" | "unscreened" | "alarm";

/** What is most urgent is drawn last, over the others. */
const RANK: Readonly<Record<Kind, number>> = { found: 0, pending: 1, thing: 2, unscreened: 3, alarm: 4 };
const COLOURS = { found: "foundNothing", pending: "pending", thing: "unscreened", unscreened: "unscreened", alarm: "alarm" } as const;

export function kindOf(mover: Pick<Mover, "state" | "isThing">): Kind {
  if (mover.state === ALARM) return "alarm";
  if (mover.isThing) return "thing";
  return mover.state === NOT_SCREENED ? "unscreened" : mover.state === NOTHING_FOUND ? "found" : "pending";
}

function trail(ctx: Ctx, mover: Mover, colour: string, view: View, size: Size): void {
  const places = mover.trail;
  if (places.length < 4) return;
  ctx.globalAlpha = 0.35;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  for (let i = 0; i < places.length; i += 2) {
    const at = toScreen(view, size, { x: places[i] ?? 0, y: places[i + 1] ?? 0 });
    if (i === 0) ctx.moveTo(at.x, at.y);
    else ctx.lineTo(at.x, at.y);
  }
  const now = toScreen(view, size, mover);
  ctx.lineTo(now.x, now.y);
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/** Which way they go; one stroke for all of a kind, because strokes are what a frame costs. */
function noses(ctx: Ctx, seen: readonly Mover[], radius: number, isOld: boolean, view: View, size: Size, palette: Palette): void {
  ctx.lineWidth = 2;
  for (const kind of Object.keys(RANK) as Kind[]) {
    ctx.strokeStyle = isOld ? palette.dim : palette[COLOURS[kind]];
    ctx.beginPath();
    for (const mover of seen) {
      const speed = Math.hypot(mover.vx, mover.vy);
      if (kindOf(mover) !== kind || !(speed > 0.2)) continue;
      const at = toScreen(view, size, mover);
      const reach = radius + 4 + 0.35 * Math.min(speed, 2) * view.pxPerM;
      ctx.moveTo(at.x, at.y);
      ctx.lineTo(at.x + (mover.vx / speed) * reach, at.y - (mover.vy / speed) * reach);
    }
    ctx.stroke();
  }
}

/** A question mark beside them: on which floor they are is not known. */
function unknownLevelSign(ctx: Ctx, at: Point, radius: number, palette: Palette): void {
  ctx.font = "bold 14px system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif";
  ctx.fillStyle = palette.text;
  ctx.fillText("?", at.x - 1.5 * radius - 12, at.y + 5);
}

/** A half-filled square below: nobody is there, it is an exercise. */
function simulatedSign(ctx: Ctx, at: Point, below: number, palette: Palette): void {
  const side = 11;
  const x = at.x - side / 2;
  const y = at.y + below;
  ctx.fillStyle = palette.floor;
  ctx.fillRect(x, y, side, side);
  ctx.fillStyle = ctx.strokeStyle = palette.text;
  ctx.lineWidth = 1.5;
  ctx.strokeRect(x, y, side, side);
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x + side, y);
  ctx.lineTo(x, y + side);
  ctx.fill();
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
