// One scale of colours for every picture: cividis, which reads the same with every kind of sight.
import type { PatchOut } from "../../../api/types";
import { type Span, spanOf } from "../chart/scale";

const STOPS: readonly (readonly [number, number, number])[] = [
  [0, 32, 77], [0, 48, 111], [42, 64, 108], [72, 82, 107], [94, 99, 111], [114, 115, 116],
  [135, 132, 121], [158, 150, 119], [182, 169, 113], [208, 190, 103], [255, 234, 70],
];

/** Return red, green and blue, 0 to 255, of a share between 0 and 1. */
export function cividis(share: number): readonly [number, number, number] {
  const at = Math.max(0, Math.min(Number.isFinite(share) ? share : 0, 1)) * (STOPS.length - 1);
  const row = Math.min(Math.floor(at), STOPS.length - 2);
  const [from, to] = [STOPS[row], STOPS[row + 1]];
  if (from === undefined || to === undefined) return [0, 0, 0];
  const mix = (channel: 0 | 1 | 2): number => Math.round(from[channel] + (at - row) * (to[channel] - from[channel]));
  return [mix(0), mix(1), mix(2)];
}

export function shareOf(value: number, [low, high]: Span): number {
  return high > low ? (value - low) / (high - low) : 0.5;
}

export function colourOf(value: number, span: Span): string {
  return `rgb(${cividis(shareOf(value, span)).join(" ")})`;
}

/** Return one span for all pictures that show the same thing, so that they can be compared. */
export function spanOfAlike(patches: readonly PatchOut[], caption: string): Span {
  const values = patches.filter((one) => one.caption === caption).flatMap((one) => one.values.flat());
  return spanOf(values) ?? [0, 1];
}

/** Return the edges of cells from their centres. */
export function edgesOf(centres: readonly number[]): number[] {
  const [first, second] = centres;
  if (first === undefined) return [];
  if (second === undefined) return [first - 0.01, first + 0.01];
  const middle = centres.slice(1).map((one, row) => (one + (centres[row] ?? one)) / 2);
  const last = centres[centres.length - 1] ?? second;
  return [2 * first - (middle[0] ?? first), ...middle, 2 * last - (middle[middle.length - 1] ?? last)];
}
