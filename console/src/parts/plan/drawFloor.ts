// What lies still: the floor, walls, lines, what sensors cover, sensors. Drawn only when it changes.
import type { Field, PlanLevel, PlanLine, PlanSensor, SensorOut } from "../../api/types";
import { type Point, type Size, toScreen, type View } from "./geometry";
import { inside, LabelPlaces } from "./labels";
import { type Palette, rgb } from "./palette";

export interface FloorInput {
  readonly level: PlanLevel;
  readonly lines: readonly PlanLine[];
  readonly sensors: readonly PlanSensor[];
  readonly health: ReadonlyMap<string, SensorOut> | null;
  readonly cover: HTMLCanvasElement | null;
  readonly coverField: Field | null;
  readonly lineWord: (line: PlanLine) => string;
  readonly hasLabels: boolean;
  readonly hasLineLabels: boolean;
}

type Ctx = CanvasRenderingContext2D;

const FONT = "12px system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif";

export function drawFloor(ctx: Ctx, input: FloorInput, view: View, size: Size, palette: Palette): void {
  const at = (p: readonly number[]): Point => toScreen(view, size, { x: p[0] ?? 0, y: p[1] ?? 0 });
  ctx.fillStyle = palette.ground;
  ctx.fillRect(0, 0, size.width, size.height);
  const low = at(input.level.min_site_m);
  const high = at(input.level.max_site_m);
  ctx.fillStyle = palette.floor;
  ctx.fillRect(low.x, high.y, high.x - low.x, low.y - high.y);
  grid(ctx, input.level, view, size, palette);
  if (input.cover !== null && input.coverField !== null) {
    const { origin_site_m, cell_m, n_x, n_y } = input.coverField;
    const origin = at(origin_site_m);
    ctx.imageSmoothingEnabled = true;
    ctx.drawImage(input.cover, origin.x, origin.y - n_y * cell_m * view.pxPerM, n_x * cell_m * view.pxPerM, n_y * cell_m * view.pxPerM);
  }
  ctx.strokeStyle = palette.wall;
  ctx.lineWidth = Math.max(3, 0.12 * view.pxPerM);
  ctx.lineCap = "square";
  ctx.beginPath();
  for (const wall of input.level.walls_site_m) {
    const [from, to] = wall;
    if (from === undefined || to === undefined) continue;
    const a = at(from);
    const b = at(to);
    ctx.moveTo(a.x, a.y);
    ctx.lineTo(b.x, b.y);
  }
  ctx.stroke();
  ctx.lineCap = "butt";
  for (const line of input.lines) drawLine(ctx, line, at(line.from_site_m), at(line.to_site_m), palette);
  for (const sensor of input.sensors) drawSensor(ctx, sensor, at(sensor.position_site_m), input, view, palette);
  drawWords(ctx, input, at, palette);
}

/** A light grid: a metre where there is room, else five. */
function grid(ctx: Ctx, level: PlanLevel, view: View, size: Size, palette: Palette): void {
  const step = view.pxPerM >= 24 ? 1 : view.pxPerM >= 6 ? 5 : 25;
  const [minX = 0, minY = 0] = level.min_site_m;
  const [maxX = 0, maxY = 0] = level.max_site_m;
  const low = toScreen(view, size, { x: minX, y: minY });
  const high = toScreen(view, size, { x: maxX, y: maxY });
  ctx.globalAlpha = 0.22;
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let x = Math.ceil(minX / step) * step; x <= maxX; x += step) {
    const sx = Math.round(toScreen(view, size, { x, y: 0 }).x) + 0.5;
    ctx.moveTo(sx, high.y);
    ctx.lineTo(sx, low.y);
  }
  for (let y = Math.ceil(minY / step) * step; y <= maxY; y += step) {
    const sy = Math.round(toScreen(view, size, { x: 0, y }).y) + 0.5;
    ctx.moveTo(low.x, sy);
    ctx.lineTo(high.x, sy);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.strokeRect(low.x, high.y, high.x - low.x, low.y - high.y);
}

const DASHES: Readonly<Record<string, readonly number[]>> = { init: [2, 5], re_id: [2, 5], screened: [12, 5, 2, 5], exit: [] };

function drawLine(ctx: Ctx, line: PlanLine, a: Point, b: Point, palette: Palette): void {
  const colour = line.role === "exit" ? palette.text : palette.accent;
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = line.role === "exit" ? 3 : 2;
  ctx.setLineDash([...(DASHES[line.role] ?? [6, 4])]);
  ctx.beginPath();
  ctx.moveTo(a.x, a.y);
  ctx.lineTo(b.x, b.y);
  ctx.stroke();
  ctx.setLineDash([]);
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  if (length < 8) return;
  // Forward is to the right of the way from the first point to the second, as one walks it.
  const along = { x: (b.x - a.x) / length, y: (b.y - a.y) / length };
  const ahead = { x: -along.y, y: along.x };
  for (const part of [0.2, 0.5, 0.8]) {
    const x = a.x + (b.x - a.x) * part;
    const y = a.y + (b.y - a.y) * part;
    ctx.beginPath();
    ctx.moveTo(x + ahead.x * 10, y + ahead.y * 10);
    ctx.lineTo(x + along.x * 5, y + along.y * 5);
    ctx.lineTo(x - along.x * 5, y - along.y * 5);
    ctx.fill();
  }
}

/** Names of lines above them, of sensors below; what fails comes first, for it must be read. */
function drawWords(ctx: Ctx, input: FloorInput, at: (p: readonly number[]) => Point, palette: Palette): void {
  const places = new LabelPlaces(ctx.canvas.clientWidth || Infinity);
  const put = (words: string, where: Point, towards: -1 | 1, colour: string): void => {
    ctx.font = FONT;
    plate(ctx, words, places.place(where, ctx.measureText(words).width, towards), colour, palette.panel, "center");
  };
  const sensors = input.sensors.map((one) => ({ one, state: healthOf(one, input) }));
  const isWell = (row: { readonly state: string }): number => Number(row.state === "ok");
  for (const { one, state } of sensors.sort((a, b) => isWell(a) - isWell(b))) {
    if (!input.hasLabels && state === "ok") continue;
    const where = at(one.position_site_m);
    put(one.sensor_id, { x: where.x, y: where.y + 17 }, 1, state === "ok" ? palette.dim : colourOf(state, palette));
  }
  if (!input.hasLineLabels) return;
  for (const line of input.lines) {
    const a = at(line.from_site_m);
    const b = at(line.to_site_m);
    const top = a.y < b.y ? a : b;
    if (Math.hypot(b.x - a.x, b.y - a.y) >= 8) put(input.lineWord(line), { x: top.x, y: top.y - 10 }, -1, palette.text);
  }
}

const TROUBLE: Readonly<Record<string, string>> = { degraded: "!", failed: "✕", stale: "?", unknown: "?" };

/** How a sensor is, in one word: a sensor that says nothing is not one that works. */
export function stateOf(health: SensorOut | undefined): "ok" | "degraded" | "failed" | "stale" | "unknown" {
  if (health === undefined) return "unknown";
  if (health.state === "failed") return "failed";
  if (health.is_stale) return "stale";
  return health.state === "degraded" ? "degraded" : "ok";
}

function healthOf(sensor: PlanSensor, input: FloorInput): ReturnType<typeof stateOf> {
  return input.health === null ? "ok" : stateOf(input.health.get(sensor.sensor_id));
}

function colourOf(state: ReturnType<typeof stateOf>, palette: Palette): string {
  return state === "failed" ? palette.high : state === "ok" ? palette.accent : palette.medium;
}

function drawSensor(ctx: Ctx, sensor: PlanSensor, at: Point, input: FloorInput, view: View, palette: Palette): void {
  const state = healthOf(sensor, input);
  const isWell = state === "ok";
  const colour = colourOf(state, palette);
  const reach = Math.max(12, Math.min(0.9 * view.pxPerM, 34));
  const angle = -sensor.bearing_rad;
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.globalAlpha = 0.25;
  ctx.beginPath();
  ctx.moveTo(at.x, at.y);
  ctx.arc(at.x, at.y, reach, angle - 0.45, angle + 0.45);
  ctx.closePath();
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.lineWidth = 2;
  ctx.setLineDash(isWell ? [] : [3, 3]);
  ctx.fillStyle = palette.panel;
  ctx.beginPath();
  if (sensor.technology === "camera" || sensor.technology === "floor-positions") ctx.arc(at.x, at.y, 7, 0, 2 * Math.PI);
  else ctx.rect(at.x - 7, at.y - 7, 14, 14);
  ctx.fill();
  ctx.stroke();
  ctx.setLineDash([]);
  const sign = TROUBLE[state];
  ctx.fillStyle = colour;
  if (sign !== undefined && sign !== "") {
    ctx.font = "bold 12px system-ui, sans-serif";
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(sign, at.x, at.y + 0.5);
  } else {
    ctx.beginPath();
    ctx.arc(at.x, at.y, 2.5, 0, 2 * Math.PI);
    ctx.fill();
  }
  if (sensor.is_tasked && sensor.reach !== null) {
    const spot = { x: at.x + ((sensor.reach.spot_site_m[0] ?? 0) - (sensor.position_site_m[0] ?? 0)) * view.pxPerM,
      y: at.y - ((sensor.reach.spot_site_m[1] ?? 0) - (sensor.position_site_m[1] ?? 0)) * view.pxPerM };
    ctx.setLineDash([1, 4]);
    ctx.beginPath();
    ctx.arc(spot.x, spot.y, sensor.reach.reach_m * view.pxPerM, 0, 2 * Math.PI);
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

/** Words on a plate, so that they can be read over anything. */
export function plate(ctx: Ctx, words: string, at: Point, colour: string, ground: string, align: "start" | "center", font = FONT, strength = 0.82): void {
  ctx.font = font;
  const width = ctx.measureText(words).width;
  const wide = ctx.canvas.clientWidth || Infinity;
  const left = inside(align === "center" ? at.x - width / 2 : at.x, width, wide);
  ctx.globalAlpha = strength;
  ctx.fillStyle = ground;
  ctx.fillRect(left - 3, at.y - 8, width + 6, 16);
  ctx.globalAlpha = 1;
  ctx.fillStyle = colour;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(words, left, at.y + 0.5);
}

/** Return a picture of what is covered: the stronger the tint, the surer a look at that place. */
export function coverPicture(field: Field, palette: Palette): HTMLCanvasElement | null {
  const canvas = document.createElement("canvas");
  canvas.width = field.n_x;
  canvas.height = field.n_y;
  const ctx = canvas.getContext("2d");
  if (ctx === null || field.n_x < 1 || field.n_y < 1) return null;
  const picture = ctx.createImageData(field.n_x, field.n_y);
  const [red, green, blue] = rgb(palette.cover);
  const values = shownOf(field);
  for (let ix = 0; ix < field.n_x; ix += 1) {
    for (let iy = 0; iy < field.n_y; iy += 1) {
      const pixel = 4 * ((field.n_y - 1 - iy) * field.n_x + ix);
      picture.data[pixel] = red;
      picture.data[pixel + 1] = green;
      picture.data[pixel + 2] = blue;
      picture.data[pixel + 3] = Math.round(1.1 * (values[ix * field.n_y + iy] ?? 0));
    }
  }
  ctx.putImageData(picture, 0, 0);
  return canvas;
}

/** What there is to show of a sensor: how well it detects, or, where it only positions, whom it sees. */
function shownOf(field: Field): readonly number[] {
  return field.p_detect_percent.some((one) => one > 0) ? field.p_detect_percent : field.p_report_percent;
}
