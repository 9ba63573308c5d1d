// What another threshold would have done with the people of a recording. It counts anew what was
// measured; who a tasked sensor would have looked at instead, no recording can tell.
import type { Tried } from "./recording";
import { fixed } from "../../i18n";

/** k of n with a two-sided exact interval (Clopper and Pearson, Biometrika 26 (1934) 404). */
export interface Rate {
  readonly k: number;
  readonly n: number;
  readonly low: number;
  readonly high: number;
}

export interface WhatIf {
  readonly threshold: number;
  readonly nAlarms: number;
  readonly alarmsPerHour: number;
  /** Of those who carried a threat, who would have been asked to a check; null without truth. */
  readonly detected: Rate | null;
  /** The same of those who carried none. */
  readonly falsely: Rate | null;
  /** The same of walk tests made meanwhile: walks with the reference object, and without. */
  readonly walksFound: Rate | null;
  readonly walksFalsely: Rate | null;
}

export function tryThreshold(people: readonly Tried[], durationS: number, threshold: number): WhatIf {
  const alarmed = people.filter((one) => one.p >= threshold);
  const of = (which: "isThreat" | "hadReference", value: boolean): Rate | null => {
    const n = people.filter((one) => one[which] === value).length;
    return n > 0 ? rate(alarmed.filter((one) => one[which] === value).length, n) : null;
  };
  return {
    threshold,
    nAlarms: alarmed.length,
    alarmsPerHour: durationS > 0 ? (alarmed.length * 3600) / durationS : 0,
    detected: of("isThreat", true),
    falsely: of("isThreat", false),
    walksFound: of("hadReference", true),
    walksFalsely: of("hadReference", false),
  };
}

export function rate(k: number, n: number, level = 0.95): Rate {
  const tail = (1 - level) / 2;
  return {
    k,
    n,
    low: k === 0 ? 0 : quantile(k, n - k + 1, tail),
    high: k === n ? 1 : quantile(k + 1, n - k, 1 - tail),
  };
}

// The slider runs evenly in log10 of the odds, where a step is as much evidence everywhere.
export const SLIDER_MIN = -6;
export const SLIDER_MAX = 3;
export const SLIDER_STEP = 0.05;

export function thresholdAt(slider: number): number {
  const odds = 10 ** slider;
  return odds / (1 + odds);
}

export function sliderAt(threshold: number): number {
  const kept = Math.min(Math.max(threshold, 1e-9), 1 - 1e-9);
  return Math.min(Math.max(Math.log10(kept / (1 - kept)), SLIDER_MIN), SLIDER_MAX);
}

/** A probability as people read it: percent, with enough digits where it is small. */
export function percent(p: number): string {
  const digits = p < 0.001 ? 5 : p < 0.1 ? 2 : p > 0.99 ? 2 : 1;
  return `${fixed(100 * p, digits)} %`;
}

/** Alarms per hour along the slider, for the curve. */
export function curve(people: readonly Tried[], durationS: number, nSteps = 120): readonly (readonly [number, number])[] {
  const sorted = people.map((one) => one.p).sort((a, b) => a - b);
  return Array.from({ length: nSteps + 1 }, (_, i) => {
    const slider = SLIDER_MIN + ((SLIDER_MAX - SLIDER_MIN) * i) / nSteps;
    const threshold = thresholdAt(slider);
    const below = lowerBound(sorted, threshold);
    return [slider, durationS > 0 ? ((sorted.length - below) * 3600) / durationS : 0] as const;
  });
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the distribution function of beta(a, b) reaches `q`; whole a and b, by halving. */
function quantile(a: number, b: number, q: number): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i += 1) {
    const x = (low + high) / 2;
    if (betaBelow(a, b, x) < q) low = x;
    else high = x;
  }
  return (low + high) / 2;
}

// For whole a and b: the chance of at least a hits in a + b - 1 tries of chance x.
function betaBelow(a: number, b: number, x: number): number {
  const n = a + b - 1;
  let sum = 0;
  for (let k = a; k <= n; k += 1) {
    sum += Math.exp(logChoose(n, k) + k * Math.log(x) + (n - k) * Math.log1p(-x));
  }
  return sum;
}

const logFactorials: number[] = [0];

function logChoose(n: number, k: number): number {
  for (let i = logFactorials.length; i <= n; i += 1) {
    logFactorials.push((logFactorials[i - 1] ?? 0) + Math.log(i));
  }
  return (logFactorials[n] ?? 0) - (logFactorials[k] ?? 0) - (logFactorials[n - k] ?? 0);
}
