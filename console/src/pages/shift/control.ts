// What the control charts come to, in words and shapes: colour alone never tells them apart.
import type { CalibrationOut, ControlOut } from "../../api/types";
import { t } from "../../i18n";
import { DAY_MS, dayText } from "./days";

export type Tone = "ok" | "bad" | "unknown";

export const TONE_SHAPES: Readonly<Record<Tone, string>> = { ok: "✓", bad: "▲", unknown: "…" };

export function toneOf(standing: ControlOut["standing"] | CalibrationOut["standing"]): Tone {
  if (standing === "as_commissioned" || standing === "as_calibrated") return "ok";
  return standing === "too_few" || standing === "says_nothing" ? "unknown" : "bad";
}

/** Return in plain words what a chart of walk tests says; with too few walks it says just that. */
export function controlWords(chart: ControlOut, nBaseWanted: number, nowMs: number): string {
  const isMissed = chart.wrong === "missed";
  switch (chart.standing) {
    case "too_few":
      return t("control.too_few", { n: chart.n_base, wanted: nBaseWanted });
    case "says_nothing":
      return t(isMissed ? "control.missed.says_nothing" : "control.false_answer.says_nothing");
    case "as_commissioned":
      return t(isMissed ? "control.missed.as_commissioned" : "control.false_answer.as_commissioned");
    case "worse": {
      const values = { day: dayText(chart.since_utc_ms ?? 0, nowMs), k: chart.n_since_wrong, n: chart.n_since };
      return t(isMissed ? "control.missed.worse" : "control.false_answer.worse", values);
    }
  }
}

/** Return in plain words whether a calibration still fits. */
export function driftWords(chart: CalibrationOut, nBaseWanted: number, nowMs: number): string {
  const day = dayText(chart.since_utc_ms ?? 0, nowMs);
  switch (chart.standing) {
    case "too_few":
      return t("drift.too_few", { n: chart.n_base, wanted: nBaseWanted });
    case "as_calibrated":
      return t("drift.as_calibrated");
    case "higher":
      return t("drift.higher", { day });
    case "lower":
      return t("drift.lower", { day });
  }
}

export interface Age {
  /** Of its time, 0 to 1. */
  readonly share: number;
  /** Whole days, rounded as the service rounds them in its troubles; below 0 once it has run out. */
  readonly daysLeft: number;
  readonly isOver: boolean;
  readonly tone: Tone;
}

/** Return how old a calibration is against its validity. */
export function ageOf(chart: CalibrationOut, nowMs: number, toldDaysBefore: number): Age {
  const days = (chart.expires_utc_ms - nowMs) / DAY_MS;
  const share = (nowMs - chart.made_utc_ms) / (chart.expires_utc_ms - chart.made_utc_ms);
  return { share: Math.min(Math.max(share, 0), 1), daysLeft: Math.round(days), isOver: days <= 0, tone: days < toldDaysBefore ? "bad" : "ok" };
}

/** Return the middles of the histogram's bins, of which one lies beyond either end. */
export function binMiddles(edges: readonly number[]): number[] {
  const [first, second] = [edges[0] ?? 0, edges[1] ?? 1];
  const step = second - first;
  return [...edges.map((edge) => edge - step / 2), (edges[edges.length - 1] ?? 0) + step / 2];
}
