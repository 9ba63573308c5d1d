// The shapes of people, drawn once and then stamped: five hundred stamps cost little.
import type { Kind } from "./drawPeople";
import type { Palette } from "./palette";

export interface Sprite {
  readonly image: HTMLCanvasElement;
  readonly half: number;
}

type Ctx = CanvasRenderingContext2D;
type Draw = (ctx: Ctx, r: number, colour: string, palette: Palette) => void;

let kept: { readonly key: string; readonly palette: Palette; readonly sprites: Readonly<Record<Kind, Sprite>> } | null = null;

/** Shapes for this size, theme and age; made anew only when one of them changes. */
export function spritesOf(radius: number, isOld: boolean, palette: Palette): Readonly<Record<Kind, Sprite>> {
  const dots = Math.min(window.devicePixelRatio || 1, 2);
  const r = Math.round(radius * 2) / 2;
  const key = `${r} ${isOld} ${dots}`;
  if (kept === null || kept.key !== key || kept.palette !== palette) {
    const make = (draw: Draw, colour: string): Sprite => stamp(draw, r, isOld ? palette.dim : colour, isOld, dots, palette);
    kept = {
      key,
      palette,
      sprites: {
        found: make(dot, palette.foundNothing),
        pending: make(ring, palette.pending),
        thing: make(box, palette.unscreened),
        unscreened: make(openSquare, palette.unscreened),
        alarm: make(diamond, palette.alarm),
      },
    };
  }
  return kept.sprites;
}

function stamp(draw: Draw, r: number, colour: string, isOld: boolean, dots: number, palette: Palette): Sprite {
  const half = Math.ceil(1.5 * r + 5);
  const image = document.createElement("canvas");
  image.width = image.height = 2 * half * dots;
  const ctx = image.getContext("2d");
  if (ctx !== null) {
    ctx.setTransform(dots, 0, 0, dots, half * dots, half * dots);
    ctx.strokeStyle = ctx.fillStyle = colour;
    ctx.lineWidth = 2;
    ctx.setLineDash(isOld ? [2, 2] : []);
    draw(ctx, r, colour, palette);
  }
  return { image, half };
}

/** Still under way: a ring. */
const ring: Draw = (ctx, r, colour, palette) => {
  ctx.beginPath();
  ctx.arc(0, 0, r, 0, 2 * Math.PI);
  ctx.fillStyle = palette.floor;
  ctx.fill();
  ctx.fillStyle = colour;
  ctx.stroke();
};

/** Nothing found: a filled dot, smaller. */
const dot: Draw = (ctx, r) => {
  ctx.beginPath();
  ctx.arc(0, 0, 0.75 * r, 0, 2 * Math.PI);
  ctx.fill();
};

/** Not screened: an open square with a stroke through it, which must not be missed. */
const openSquare: Draw = (ctx, r, _, palette) => {
  ctx.fillStyle = palette.floor;
  ctx.fillRect(-r, -r, 2 * r, 2 * r);
  ctx.strokeRect(-r, -r, 2 * r, 2 * r);
  ctx.beginPath();
  ctx.moveTo(-r, r);
  ctx.lineTo(r, -r);
  ctx.stroke();
};

/** A thing that was set down: a filled box with a cross. */
const box: Draw = (ctx, r, _, palette) => {
  ctx.fillRect(-r, -r, 2 * r, 2 * r);
  ctx.strokeStyle = palette.floor;
  ctx.beginPath();
  ctx.moveTo(-r, -r);
  ctx.lineTo(r, r);
  ctx.moveTo(-r, r);
  ctx.lineTo(r, -r);
  ctx.stroke();
};

/** A check is requested: a filled diamond with "!", the largest. */
const diamond: Draw = (ctx, radius, _, palette) => {
  const r = 1.5 * radius + 2;
  ctx.beginPath();
  ctx.moveTo(0, -r);
  ctx.lineTo(r, 0);
  ctx.lineTo(0, r);
  ctx.lineTo(-r, 0);
  ctx.closePath();
  ctx.fill();
  ctx.fillStyle = palette.onHigh;
  ctx.font = `bold ${Math.round(1.1 * r)}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText("!", 0, 0.5);
};
