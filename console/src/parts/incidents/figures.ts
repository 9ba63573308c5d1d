// Figures in words and lengths: how long ago, how sure, how much each sensor says.
import type { StepOut, Why } from "../../api/types";
import { fixed, t, written } from "../../i18n";

/** 7 s, 3:05, 1 h 02. */
export function lengthText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return t("unit.second", { n: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  return `${t("unit.hour", { n: Math.floor(minutes / 60) })} ${String(minutes % 60).padStart(2, "0")}`;
}

/** For people: never a bare 0 or 100 %. */
export function percentText(p: number): string {
  if (!Number.isFinite(p)) return "–";
  if (p < 0.001) return `< ${fixed(0.1, 1)} %`;
  if (p > 0.999) return `> ${fixed(99.9, 1)} %`;
  return `${fixed(100 * p, p < 0.01 || p > 0.99 ? 1 : 0)} %`;
}

export interface Natural {
  /** So many of a hundred such people; null where it is nearly all. */
  readonly ofHundred: number | null;
  /** One in so many of all. */
  readonly oneIn: number;
}

/** A probability and its base rate as natural frequencies; null where either is not known. */
export function natural(p: number, prior: number): Natural | null {
  if (!(prior > 0 && prior < 1 && p >= 0 && p <= 1)) return null;
  return { ofHundred: p < 0.995 ? Math.max(Math.round(100 * p), 1) : null, oneIn: Math.max(Math.round(1 / prior), 1) };
}

export function logOdds10(p: number): number {
  const inside = Math.min(Math.max(p, 1e-6), 1 - 1e-6);
  return Math.log10(inside / (1 - inside));
}

/** What all looks of one sensor did to the odds, and where that left them. */
export interface Bar {
  readonly sensorId: string;
  readonly nLooks: number;
  readonly nNotCounted: number;
  /** Power of ten on the odds; above 0 speaks for a threat. */
  readonly log10: number;
  readonly from: number;
  readonly to: number;
}

export interface Waterfall {
  readonly bars: readonly Bar[];
  readonly start: number;
  readonly end: number;
  readonly low: number;
  readonly high: number;
}

/** Look by look evidence, added up by sensor in the order of their first looks. */
export function waterfall(why: Pick<Why, "prior" | "p_threat" | "steps">): Waterfall {
  const start = logOdds10(why.prior);
  const sums = new Map<string, { n: number; not: number; log10: number }>();
  let before = start;
  for (const step of why.steps) {
    const after = logOdds10(step.p_after);
    const sum = sums.get(step.sensor_id) ?? { n: 0, not: 0, log10: 0 };
    sum.n += 1;
    sum.not += countsNothing(step) ? 1 : 0;
    sum.log10 += after - before;
    sums.set(step.sensor_id, sum);
    before = after;
  }
  let at = start;
  const bars = [...sums].map(([sensorId, sum]) => {
    const from = at;
    at += sum.log10;
    return { sensorId, nLooks: sum.n, nNotCounted: sum.not, log10: sum.log10, from, to: at };
  });
  const all = [start, at, ...bars.map((bar) => bar.to)];
  return { bars, start, end: at, low: Math.min(...all), high: Math.max(...all) };
}

function countsNothing(step: StepOut): boolean {
  return step.said.length > 0 && step.said.every((said) => !said.counts);
}

/** × 12 or ÷ 3: how many times more or less likely; null where it says nothing either way. */
export function factorText(log10: number): string | null {
  if (!Number.isFinite(log10) || Math.abs(log10) < 0.02) return null;
  const sign = log10 > 0 ? "×" : "÷";
  const size = Math.abs(log10);
  if (size > 4) return `${sign} > 10 000`;
  const value = 10 ** size;
  return `${sign} ${value < 10 ? written(value.toPrecision(2)) : fixed(value, 0)}`;
}
