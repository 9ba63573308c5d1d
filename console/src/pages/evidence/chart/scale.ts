// Scales and ticks of the small charts.

import { written } from "../../../i18n";

export type Span = readonly [number, number];

/** Return a straight scale from one span to another; a span without width maps to its middle. */
export function linear(from: Span, to: Span): (value: number) => number {
  const width = from[1] - from[0];
  if (width === 0) return () => (to[0] + to[1]) / 2;
  return (value) => to[0] + ((value - from[0]) / width) * (to[1] - to[0]);
}

/** Return round values within a span, about so many. */
export function ticks([low, high]: Span, about = 5): number[] {
  if (!(high > low) || !Number.isFinite(high - low)) return [low];
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Adding up steps would show 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, row) => Number(((first + row) * step).toPrecision(12)));
}

/** Return the span of all finite values, widened where they are all the same; null for none. */
export function spanOf(values: Iterable<number | null>): Span | null {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return null;
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

const MOST = 7;

/** Return the log odds of a probability; 0 and 1 stand at the edge. */
export function logOdds(p: number): number {
  if (!(p > 0)) return -MOST;
  if (p >= 1) return MOST;
  return Math.max(-MOST, Math.min(Math.log(p / (1 - p)), MOST));
}

/** The probabilities that a scale of log odds is marked with. */
export const P_TICKS: readonly number[] = [0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999];

/** Return a number as short as it can be told. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return written(value.toExponential(1));
  return written(String(Number(value.toPrecision(4))));
}
