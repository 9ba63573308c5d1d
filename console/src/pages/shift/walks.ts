// Walk tests as the service tells them, and what the charts are drawn from.
import type { ReasonPart } from "../../api/types";
import { logOdds } from "../evidence/chart/scale";

export type WalkResult = "waiting" | "right" | "missed" | "false_alarm" | "repeat";

export interface Walk {
  readonly has_object: boolean;
  readonly from_utc_ms: number | null;
  readonly to_utc_ms: number | null;
  readonly result: WalkResult;
  readonly p_threat: number;
  readonly coverage: number;
  readonly alert_id: string;
  readonly reason: string;
}

export interface WalkTest {
  readonly walk_test_id: string;
  readonly by: string;
  readonly reference_object: string;
  readonly zone: string;
  readonly begun_utc_ms: number;
  readonly ended_utc_ms: number | null;
  readonly n_with: number;
  readonly n_found: number;
  readonly n_false: number;
  readonly has_passed: boolean | null;
  readonly walks: readonly Walk[];
}

/** All that are kept, and what the service's control chart says of them. */
export interface WalkMonths {
  readonly tests: readonly WalkTest[];
  readonly drifts: boolean;
  readonly message: string;
  readonly message_parts?: readonly ReasonPart[];
}

/** Shape and word for each result: colour alone never tells them apart. */
export const SHAPES: Readonly<Record<WalkResult, string>> = {
  waiting: "…", right: "✓", missed: "✕", false_alarm: "▲", repeat: "↻",
};

/** After an hour the service lets a test that nobody ended be over. */
const LONGEST_MS = 3_600_000;
/** Walks that the middle of the chart is taken from. */
const BASE = 20;

export function underWay(tests: readonly WalkTest[], nowMs: number): WalkTest | null {
  return tests.find((one) => one.ended_utc_ms === null && nowMs - one.begun_utc_ms < LONGEST_MS) ?? null;
}

/** Return which walk is to be walked now, from 0; -1 when all are done. */
export function nextWalk(test: WalkTest): number {
  return test.walks.findIndex((one) => one.result === "waiting");
}

export interface Charted {
  readonly t_ms: number;
  readonly p: number;
  readonly isFound: boolean;
}

/** Return the walks with the object that count, oldest first. */
export function charted(tests: readonly WalkTest[], object: string, zone: string): Charted[] {
  return tests
    .filter((one) => (object === "" || one.reference_object === object) && (zone === "" || one.zone === zone))
    .flatMap((one) => one.walks)
    .filter((walk) => walk.has_object && (walk.result === "right" || walk.result === "missed"))
    .map((walk) => ({ t_ms: walk.to_utc_ms ?? 0, p: walk.p_threat, isFound: walk.result === "right" }))
    .sort((a, b) => a.t_ms - b.t_ms);
}

/** Return the middle of the first walks, in log odds; null while there are too few. */
export function middle(walks: readonly Charted[]): number | null {
  if (walks.length < BASE) return null;
  return walks.slice(0, BASE).reduce((sum, one) => sum + logOdds(one.p), 0) / BASE;
}

export function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
