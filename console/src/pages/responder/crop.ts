// On a telephone a whole station is too small to walk by: show the part with them and me.
import type { PlanLevel } from "../../api/types";
import type { Place } from "./where";

const WHOLE_UP_TO_M = 40;
const MARGIN_M = 10;
const GRID_M = 10;

/** The level cut down to where both are; the cut moves in steps, so that it mostly stands still. */
export function cropped(level: PlanLevel, places: readonly Place[]): PlanLevel {
  const [minX = 0, minY = 0] = level.min_site_m;
  const [maxX = 0, maxY = 0] = level.max_site_m;
  const [fromX, toX] = cut(minX, maxX, places.map((one) => one.x));
  const [fromY, toY] = cut(minY, maxY, places.map((one) => one.y));
  return { ...level, min_site_m: [fromX, fromY], max_site_m: [toX, toY] };
}

function cut(least: number, most: number, at: readonly number[]): readonly [number, number] {
  if (most - least <= WHOLE_UP_TO_M || at.length === 0) return [least, most];
  const low = Math.floor((Math.min(...at) - MARGIN_M) / GRID_M) * GRID_M;
  const high = Math.ceil((Math.max(...at) + MARGIN_M) / GRID_M) * GRID_M;
  return [Math.max(low, least), Math.min(high, most)];
}
