// The path excess of a look as pictures of their own, so that every view can show it.
import type { PatchOut } from "../../../api/types";
import type { Span } from "../chart/scale";

/** A picture with what is known of its values. */
export interface Picture extends PatchOut {
  /** Standard deviation of each value, in its unit. */
  readonly sigma?: readonly (readonly (number | null)[])[];
  /** The picture that says which places were looked at, where not all that were have a value. */
  readonly lookedAt?: PatchOut["values"];
}

/** What a place without a value is: nobody looked, or what is there hides the body behind it. */
export type Blank = "not_seen" | "hidden";

export const EXCESS = "path excess of the body's echo, mm";
/** Its scale is the same for everybody: noise is never stretched until it looks like something. */
const LEAST_MM = -5;
const MOST_MM = 30;

/** Return all pictures, after each its path excess where the sensor measured one. */
export function withExcess(patches: readonly PatchOut[]): Picture[] {
  return patches.flatMap((one) => {
    const excess = one.excess ?? null; // bundles of older versions have none
    if (excess === null) return [one];
    return [one, { ...one, caption: EXCESS, values: excess.excess_mm, sigma: excess.sigma_mm, lookedAt: one.values }];
  });
}

/** Return the other picture of the same look and zone: the echo beside its path excess. */
export function besideOf(picture: Picture, all: readonly Picture[]): Picture | null {
  const mine = (one: Picture): boolean =>
    one !== picture && one.look_id === picture.look_id && one.zone === picture.zone && one.sensor_id === picture.sensor_id;
  return all.find((one) => mine(one) && (one.caption === EXCESS || picture.caption === EXCESS)) ?? null;
}

/** Return the scale of path excess: wider than usual only where something is thicker than usual. */
export function excessSpan(pictures: readonly Picture[]): Span {
  let [low, high] = [LEAST_MM, MOST_MM];
  for (const one of pictures) {
    if (one.caption !== EXCESS) continue;
    for (const value of one.values.flat()) {
      if (value === null) continue;
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  }
  return [low, high];
}

/** Return why a place has no value; null where it has one. */
export function blankAt(picture: Picture, row: number, column: number): Blank | null {
  if ((picture.values[row]?.[column] ?? null) !== null) return null;
  return (picture.lookedAt?.[row]?.[column] ?? null) === null ? "not_seen" : "hidden";
}

/** Return which kinds of blank places a picture has, for what explains them. */
export function blanksOf(picture: Picture): Blank[] {
  const found = new Set<Blank>();
  picture.values.forEach((row, z) =>
    row.forEach((_, u) => {
      const blank = blankAt(picture, z, u);
      if (blank !== null) found.add(blank);
    }),
  );
  return (["not_seen", "hidden"] as const).filter((one) => found.has(one));
}
