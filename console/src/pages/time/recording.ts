// What the service says of a recording, read field by field: an older service leaves some out.
import type { PictureMessage, Plan, ReasonPart } from "../../api/types";

type Json = Readonly<Record<string, unknown>>;

export interface Recording {
  readonly id: string;
  readonly title: string;
  readonly startedUtcMs: number;
  readonly durationS: number;
  readonly isSimulated: boolean;
}

export type MarkKind = "alarm" | "end" | "health" | "other";

export interface Mark {
  readonly atS: number;
  readonly kind: MarkKind;
  readonly text: string;
  readonly trackId: number | null;
  /** Which sensor, where it is of one. */
  readonly sensorId: string;
  /** How the sensor was, or how the passage ended; empty for others. */
  readonly outcome: string;
  /** The text as sentences that this console may know. */
  readonly parts: readonly ReasonPart[];
}

export interface Timeline {
  readonly durationS: number;
  readonly marks: readonly Mark[];
  /** Of the site as it was recorded; null where the service does not tell. */
  readonly plan: Plan | null;
}

export type Frame = PictureMessage;

/** Somebody in a recording: how probable a threat was at most, and what they carried if that is known. */
export interface Tried {
  readonly p: number;
  readonly atS: number;
  readonly isThreat: boolean | null;
  /** Of who made a walk test then: whether they carried the reference object; null of everybody else. */
  readonly hadReference: boolean | null;
}

export interface Highest {
  readonly people: readonly Tried[];
  /** Why what is written down of them cannot be used; empty where it can, or nothing is. */
  readonly truthProblem: string;
  readonly durationS: number;
}

export function readRecordings(said: readonly Json[]): readonly Recording[] {
  return said.map((one) => {
    const id = textOf(one, "recording_id", "id");
    return {
      id,
      title: textOf(one, "title", "site_id") || id,
      startedUtcMs: numberOf(one, "started_utc_ms") ?? 0,
      durationS: numberOf(one, "duration_s") ?? 0,
      isSimulated: one["is_simulated"] === true,
    };
  });
}

export function readTimeline(said: Json, recording: Recording): Timeline {
  const marks = listOf(said, "marks").map((one): Mark => {
    const utcMs = numberOf(one, "t_utc_ms", "utc_ms");
    return {
      atS: numberOf(one, "t_s", "at_s") ?? (utcMs === null ? 0 : (utcMs - recording.startedUtcMs) / 1000),
      kind: kindOf(textOf(one, "kind", "what")),
      text: textOf(one, "text", "reason", "message"),
      trackId: numberOf(one, "track_id"),
      sensorId: one["state"] === undefined ? "" : textOf(one, "of"),
      outcome: textOf(one, "state", "outcome"),
      parts: listOf(one, one["state"] === undefined ? "reason_parts" : "health_parts") as unknown as readonly ReasonPart[],
    };
  });
  marks.sort((a, b) => a.atS - b.atS);
  const plan = said["plan"];
  const durationS = numberOf(said, "duration_s") ?? recording.durationS;
  return { durationS, marks, plan: isJson(plan) && Array.isArray(plan["levels"]) ? (plan as unknown as Plan) : null };
}

export function readHighest(said: Json, recording: Recording): Highest {
  const people = listOf(said, "people").flatMap((one): Tried[] => {
    const p = numberOf(one, "p_highest", "p_threat", "p");
    if (p === null) return [];
    const utcMs = numberOf(one, "t_utc_ms");
    const atS = numberOf(one, "t_s", "at_s") ?? (utcMs === null ? 0 : (utcMs - recording.startedUtcMs) / 1000);
    const had = one["carried_reference"];
    return [{ p, atS, isThreat: threatOf(one), hadReference: typeof had === "boolean" ? had : null }];
  });
  const durationS = numberOf(said, "duration_s") ?? recording.durationS;
  return { people, durationS, truthProblem: textOf(said, "truth_problem") };
}

function threatOf(one: Json): boolean | null {
  const said = one["is_threat"];
  if (typeof said === "boolean") return said;
  const carried = one["carried"];
  const items = Array.isArray(carried) ? carried : [carried];
  if (!items.every((item) => typeof item === "string")) return null;
  return items.some((item: string) => item.startsWith("threat"));
}

function kindOf(said: string): MarkKind {
  const text = said.toLowerCase();
  if (text.includes("task")) return "other";
  if (text.includes("alarm") || text.includes("alert")) return "alarm";
  if (text.includes("end") || text.includes("closed") || text.includes("passage")) return "end";
  return text.includes("health") || text.includes("sensor") ? "health" : "other";
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function listOf(said: Json, name: string): readonly Json[] {
  const found = said[name];
  return Array.isArray(found) ? found.filter(isJson) : [];
}

export function textOf(said: Json, ...names: readonly string[]): string {
  for (const name of names) {
    const found = said[name];
    if (typeof found === "string") return found;
  }
  return "";
}

export function numberOf(said: Json, ...names: readonly string[]): number | null {
  for (const name of names) {
    const found = said[name];
    if (typeof found === "number" && Number.isFinite(found)) return found;
  }
  return null;
}
