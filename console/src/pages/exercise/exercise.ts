// What the service says of exercises, read field by field: what it leaves out is not shown.
import { listOf, numberOf, textOf } from "../time/recording";
import { fixed } from "../../i18n";

type Json = Readonly<Record<string, unknown>>;

export interface Injected {
  readonly trackId: number | null;
  readonly carries: string;
  readonly zone: string;
  readonly outcome: string;
  readonly acknowledgedS: number | null;
  readonly acceptedS: number | null;
}

export interface Exercise {
  readonly id: string;
  readonly name: string;
  readonly by: string;
  readonly begunUtcMs: number | null;
  readonly isRunning: boolean;
  /** How it ended, by whom, and more about that in the words of the service. */
  readonly end: string;
  readonly endedBy: string;
  readonly detail: string;
  readonly score: readonly (readonly [string, string])[];
  readonly injected: readonly Injected[];
}

/** One that can be begun, or `problem` says why not. */
export interface Known {
  readonly name: string;
  readonly nPeople: number;
  readonly nCarrying: number;
  readonly durationS: number;
  readonly problem: string;
}

export function readExercise(said: Json): Exercise {
  const nested = said["score"];
  const scores = typeof nested === "object" && nested !== null ? (nested as Json) : {};
  return {
    id: textOf(said, "exercise_id", "id"),
    name: textOf(said, "exercise"),
    by: textOf(said, "by"),
    begunUtcMs: numberOf(said, "begun_utc_ms"),
    isRunning: said["is_running"] === true,
    end: textOf(said, "end"),
    endedBy: textOf(said, "ended_by"),
    detail: textOf(said, "detail"),
    score: Object.entries(scores).flatMap(([name, value]) => (typeof value === "number" ? [[name, shown(value)] as const] : [])),
    injected: listOf(said, "injected").map((one) => ({
      trackId: numberOf(one, "track_id"),
      carries: textOf(one, "carried"),
      zone: textOf(one, "zone"),
      outcome: textOf(one, "outcome"),
      acknowledgedS: numberOf(one, "acknowledged_s"),
      acceptedS: numberOf(one, "accepted_s"),
    })),
  };
}

export function readKnown(said: Json): Known {
  return {
    name: textOf(said, "exercise"),
    nPeople: numberOf(said, "n_people") ?? 0,
    nCarrying: numberOf(said, "n_carrying") ?? 0,
    durationS: numberOf(said, "duration_s") ?? 0,
    problem: textOf(said, "problem"),
  };
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : fixed(value, 1);
}
