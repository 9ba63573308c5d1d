// What the service says of exercises, read field by field: what it leaves out is not shown.
import { listOf, numberOf, textOf } from "../time/recording";

type Json = Readonly<Record<string, unknown>>;

export interface Injected {
  readonly trackId: number | null;
  readonly carries: string;
  readonly outcome: string;
}

export interface Exercise {
  readonly id: string;
  readonly name: string;
  readonly by: string;
  readonly begunUtcMs: number | null;
  readonly isRunning: boolean;
  readonly score: readonly (readonly [string, string])[];
  readonly injected: readonly Injected[];
}

const ABOUT = new Set([
  "exercise_id", "id", "exercise", "name", "by", "begun_utc_ms", "started_utc_ms", "ended_utc_ms", "is_running", "state",
  "injected", "is_simulated",
]);

export function readExercise(said: Json): Exercise {
  const ended = numberOf(said, "ended_utc_ms");
  const isRunning = said["is_running"];
  const nested = said["score"];
  const scores = typeof nested === "object" && nested !== null ? (nested as Json) : said;
  return {
    id: textOf(said, "exercise_id", "id"),
    name: textOf(said, "exercise", "name"),
    by: textOf(said, "by"),
    begunUtcMs: numberOf(said, "begun_utc_ms", "started_utc_ms"),
    isRunning: typeof isRunning === "boolean" ? isRunning : textOf(said, "state") === "running" || (ended === null && nested == null),
    score: Object.entries(scores).flatMap(([name, value]) =>
      ABOUT.has(name) || (typeof value !== "number" && typeof value !== "string") ? [] : [[name, shown(value)] as const],
    ),
    injected: listOf(said, "injected").map((one) => ({
      trackId: numberOf(one, "track_id"),
      carries: textOf(one, "carried", "carries", "item"),
      outcome: textOf(one, "outcome", "state"),
    })),
  };
}

function shown(value: number | string): string {
  return typeof value === "number" && !Number.isInteger(value) ? value.toFixed(2) : String(value);
}
