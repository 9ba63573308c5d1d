// A generic figure, the same for everybody, 1.75 m: it is nobody's. Metres; across is to the
// figure's left, which is on the right of the page when it is seen from the front.
import type { Picture } from "./excess";

type Corner = readonly [number, number];

export type Side = "front" | "back" | "side";

export const TRUNK_M: readonly Corner[] = [
  [0.055, 1.5], [0.075, 1.45], [0.19, 1.415], [0.2, 1.34], [0.165, 1.2], [0.145, 1.08],
  [0.165, 0.96], [0.18, 0.86], [0, 0.8],
];
const LEG_M: readonly Corner[] = [
  [0.005, 0.84], [0.18, 0.88], [0.155, 0.62], [0.125, 0.48], [0.125, 0.36], [0.09, 0.08],
  [0.035, 0.08], [0.035, 0.36], [0.03, 0.5],
];
const ARM_M: readonly Corner[] = [
  [0.175, 1.415], [0.215, 1.4], [0.24, 1.33], [0.285, 1.05], [0.315, 0.8], [0.31, 0.72],
  [0.275, 0.72], [0.262, 0.8], [0.225, 1.05], [0.185, 1.26],
];
const FOOT_M: readonly Corner[] = [[0.03, 0.09], [0.095, 0.09], [0.125, 0], [0.035, 0]];
const SIDE_M: readonly Corner[] = [
  [0.05, 1.5], [0.1, 1.4], [0.115, 1.25], [0.1, 1.05], [0.12, 0.9], [0.09, 0.6], [0.07, 0.4],
  [0.05, 0.08], [0.05, 0], [-0.16, 0], [-0.15, 0.06], [-0.06, 0.09], [-0.07, 0.4], [-0.09, 0.6], [-0.1, 0.9],
  [-0.1, 1.05], [-0.115, 1.25], [-0.09, 1.4], [-0.04, 1.5],
];

/** Where the trunk is cut into zones: height and half of its width there. */
export const ZONE_EDGES_M: readonly Corner[] = [[1.08, 0.145], [0.88, 0.18], [0.09, 0.12]];

/** Where the words for each zone lead to: height, across. */
export const ZONE_AT_M: Readonly<Record<string, Corner>> = {
  torso_front: [1.27, 0.1], torso_back: [1.27, 0.1], arms: [1.13, 0.25], waist: [0.99, 0.12],
  legs: [0.55, 0.12], feet: [0.04, 0.09],
};

const mirrored = (shape: readonly Corner[]): Corner[] => shape.map(([across, height]) => [-across, height]);
const points = (shape: readonly Corner[]): string => shape.map(([x, z]) => `${x},${-z}`).join(" ");

/** The outlines, as the points of polygons with height turned downwards, as pages count. */
export const OUTLINES: readonly string[] = [
  points([...TRUNK_M, ...mirrored(TRUNK_M).reverse()]),
  ...[LEG_M, ARM_M, FOOT_M].flatMap((shape) => [points(shape), points(mirrored(shape))]),
];
/** The same from the side; its back is on the right. */
export const SIDE_OUTLINES: readonly string[] = [points(SIDE_M)];

export function sideOf(zone: string | null): Side {
  return zone === "torso_back" ? "back" : zone === "bag" ? "side" : "front";
}

/** Return half of the width of the trunk at a height; what is beyond its ends is at the ends. */
export function halfWidthM(heightM: number): number {
  let above = TRUNK_M[0] ?? [0.1, 1.5];
  if (heightM >= above[1]) return above[0];
  for (const corner of TRUNK_M.slice(1, -1)) {
    if (heightM >= corner[1]) {
      const share = (heightM - corner[1]) / (above[1] - corner[1]);
      return corner[0] + share * (above[0] - corner[0]);
    }
    above = corner;
  }
  return above[0];
}

/** How deep the generic trunk is, as a share of its width. */
export const FLATNESS = 0.62;

/**
 * Return how far before the middle a picture lies: on a shell that is never inside of the trunk and
 * goes on beyond its edges, where sensors still see.
 */
export function shellM(acrossM: number, heightM: number): number {
  const deep = Math.max(FLATNESS * halfWidthM(heightM), 0.1);
  return deep * Math.sqrt(Math.max(0, 1 - Math.min(1, acrossM / 0.23) ** 2));
}

/** Return the picture to show from one side: the chosen one, or the last that shows the same. */
export function patchOn(side: Side, patches: readonly Picture[], chosen: Picture | null): Picture | null {
  if (chosen === null) return null;
  if (sideOf(chosen.zone) === side) return chosen;
  const alike = patches.filter((one) => sideOf(one.zone) === side && one.caption === chosen.caption);
  return alike[alike.length - 1] ?? null;
}
