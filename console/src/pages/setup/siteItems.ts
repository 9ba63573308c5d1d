// Sensors and lines as the text of the site file has them now, whether or not it is a site already.
import type { Plan, PlanLine, PlanSensor } from "../../api/types";
import { type Block, blocksOf, bodyOf, findBlock, ID_KEYS, type Kind, numberOf, numbersOf, rawValue, textOf, withBlock, withValue } from "./siteText";

export interface XY {
  readonly x: number;
  readonly y: number;
}

/** What a sensor sees on the floor as its settings say, seen from itself: forward is along x. */
export type Cover =
  | { readonly kind: "sector"; readonly rangeM: number; readonly halfRad: number }
  | { readonly kind: "lane"; readonly nearM: number; readonly farM: number; readonly halfM: number };

export interface SensorItem {
  readonly kind: "sensors";
  readonly id: string;
  readonly technology: string;
  readonly levelId: string;
  readonly at: XY;
  readonly heightM: number;
  readonly yawDeg: number;
  readonly pitchDeg: number;
  readonly rateHz: number;
  readonly cover: Cover | null;
  readonly spot: XY | null;
  readonly reachM: number;
}

export interface LineItem {
  readonly kind: "lines";
  readonly id: string;
  readonly role: string;
  readonly levelId: string;
  readonly from: XY;
  readonly to: XY;
}

export type Item = SensorItem | LineItem;

export const LINE_ROLES = ["init", "re_id", "screened", "exit"] as const;

export function itemsOf(text: string): readonly Item[] {
  return blocksOf(text).flatMap((block): Item[] => {
    if (block.kind === "sensors") return [sensorOf(text, block)];
    return block.kind === "lines" ? [lineOf(text, block)] : [];
  });
}

export function levelsOf(text: string): readonly string[] {
  return blocksOf(text).filter((one) => one.kind === "levels").map((one) => one.id);
}

function sensorOf(text: string, block: Block): SensorItem {
  const value = (key: string, part = ""): string => rawValue(text, block, key, part);
  const number = (key: string, part = ""): number | null => numberOf(value(key, part));
  const [x = 0, y = 0, heightM = 0] = numbersOf(value("position_site_m"));
  const spot = numbersOf(value("spot_site_m", "tasks"));
  return {
    kind: "sensors",
    id: block.id,
    technology: textOf(value("technology")),
    levelId: textOf(value("level_id")),
    at: { x, y },
    heightM,
    yawDeg: number("yaw_deg") ?? 0,
    pitchDeg: number("pitch_deg") ?? 0,
    rateHz: number("rate_hz") ?? 0,
    // Where the settings do not say, the simulated instrument does.
    cover: coverOf((key) => number(key, "settings") ?? number(key, "instrument_settings")),
    spot: spot.length >= 2 ? xy(spot) : null,
    reachM: number("reach_m", "tasks") ?? 0,
  };
}

function coverOf(setting: (key: string) => number | null): Cover | null {
  const rangeM = setting("range_m");
  const halfDeg = setting("half_angle_deg");
  if (rangeM !== null && halfDeg !== null) return { kind: "sector", rangeM, halfRad: (halfDeg * Math.PI) / 180 };
  const farM = setting("far_m");
  const halfM = setting("half_lane_m") ?? setting("half_width_m");
  return farM !== null && halfM !== null ? { kind: "lane", nearM: setting("near_m") ?? 0, farM, halfM } : null;
}

function lineOf(text: string, block: Block): LineItem {
  const value = (key: string): string => rawValue(text, block, key);
  return {
    kind: "lines",
    id: block.id,
    role: textOf(value("role")),
    levelId: textOf(value("level_id")),
    from: xy(numbersOf(value("from_site_m"))),
    to: xy(numbersOf(value("to_site_m"))),
  };
}

function xy([x = 0, y = 0]: readonly number[]): XY {
  return { x, y };
}

const ARC_STEPS = 16;

/** The outline of what a sensor sees, in metres of the site. */
export function outlineOf(sensor: SensorItem): readonly XY[] {
  const { cover, at } = sensor;
  if (cover === null) return [];
  const yaw = (sensor.yawDeg * Math.PI) / 180;
  const place = (forward: number, left: number): XY => ({
    x: at.x + forward * Math.cos(yaw) - left * Math.sin(yaw),
    y: at.y + forward * Math.sin(yaw) + left * Math.cos(yaw),
  });
  if (cover.kind === "lane") {
    const { nearM, farM, halfM } = cover;
    return [place(nearM, -halfM), place(farM, -halfM), place(farM, halfM), place(nearM, halfM)];
  }
  const arc = Array.from({ length: ARC_STEPS + 1 }, (_, i) => {
    const turn = -cover.halfRad + (2 * cover.halfRad * i) / ARC_STEPS;
    return place(cover.rangeM * Math.cos(turn), cover.rangeM * Math.sin(turn));
  });
  return [at, ...arc];
}

/** The text after one value of an item was changed. */
export function changed(text: string, kind: Kind, id: string, key: string, value: string): string {
  const block = findBlock(text, kind, id);
  return block === undefined ? text : withValue(text, block, key, value);
}

export function pointText(at: XY, heightM?: number): string {
  const parts = heightM === undefined ? [at.x, at.y] : [at.x, at.y, heightM];
  return `[${parts.map(metresText).join(", ")}]`;
}

/** Centimetres are enough, and a float is written as one. */
export function metresText(value: number): string {
  const rounded = Math.round(value * 100) / 100 + 0;
  return Number.isInteger(rounded) ? `${rounded}.0` : String(rounded);
}

/** A name that no other table of the kind has. */
export function freeId(text: string, kind: Kind, like: string): string {
  const taken = new Set(blocksOf(text).filter((one) => one.kind === kind).map((one) => one.id));
  const stem = like.replace(/-\d+$/, "");
  let number = 2;
  while (taken.has(`${stem}-${number}`)) number += 1;
  return taken.has(like) ? `${stem}-${number}` : like;
}

/** The same once more, half a metre aside, under a name of its own. */
export function copied(text: string, item: Item): { readonly text: string; readonly id: string } {
  const block = findBlock(text, item.kind, item.id);
  if (block === undefined) return { text, id: item.id };
  const id = freeId(text, item.kind, item.id);
  let more = withBlock(text, item.kind, bodyOf(text, block).replace(`"${item.id}"`, `"${id}"`));
  const aside = (at: XY): XY => ({ x: at.x + 0.5, y: at.y });
  if (item.kind === "sensors") more = changed(more, "sensors", id, "position_site_m", pointText(aside(item.at), item.heightM));
  else {
    more = changed(more, "lines", id, "from_site_m", pointText(aside(item.from)));
    more = changed(more, "lines", id, "to_site_m", pointText(aside(item.to)));
  }
  return { text: more, id };
}

export function newLine(text: string, levelId: string, at: XY): { readonly text: string; readonly id: string } {
  const id = freeId(text, "lines", "line");
  const body = [
    "[[lines]]", `line_id = "${id}"`, 'role = "screened"', `level_id = "${levelId}"`,
    `from_site_m = ${pointText({ x: at.x, y: at.y + 1 })}`, `to_site_m = ${pointText({ x: at.x, y: at.y - 1 })}`,
  ];
  return { text: withBlock(text, "lines", body.join("\n")), id };
}

/** The plan with sensors and lines where the text has them; floors and walls as the service read them last. */
export function planWith(base: Plan, items: readonly Item[]): Plan {
  const known = new Map(base.sensors.map((one) => [one.sensor_id, one]));
  const sensors: PlanSensor[] = [];
  const lines: PlanLine[] = [];
  for (const item of items) {
    if (item.kind === "lines") {
      lines.push({
        line_id: item.id, role: item.role, level_id: item.levelId,
        from_site_m: [item.from.x, item.from.y], to_site_m: [item.to.x, item.to.y],
      });
      continue;
    }
    const before = known.get(item.id);
    sensors.push({
      sensor_id: item.id,
      technology: item.technology,
      level_id: item.levelId,
      position_site_m: [item.at.x, item.at.y, item.heightM],
      bearing_rad: (item.yawDeg * Math.PI) / 180,
      rate_hz: item.rateHz,
      calibration: before?.calibration ?? "",
      is_tasked: item.spot !== null,
      reach: item.spot === null ? null : { spot_site_m: [item.spot.x, item.spot.y], reach_m: item.reachM },
    });
  }
  return { ...base, sensors, lines };
}

export { ID_KEYS };
