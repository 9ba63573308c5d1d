// The people of the plan as rows: for who cannot see the plan, and for who wants a number.
import type { People } from "../../api/types";
import { ALARM, NOT_SCREENED, NOTHING_FOUND, PENDING } from "./motion";

export interface PersonRow {
  readonly trackId: number;
  readonly state: number;
  readonly isThing: boolean;
  readonly x: number;
  readonly y: number;
  readonly vx: number;
  readonly vy: number;
}

/** What people call somebody on the plan: the last digits, so that a long day does not make them longer. */
export function trackName(trackId: number): string {
  return String(trackId % LAST_DIGITS);
}

const LAST_DIGITS = 10_000;

/** Alarms first, then who was not screened, then who is under way, then the others. */
const RANK: Readonly<Record<number, number>> = { [ALARM]: 0, [NOT_SCREENED]: 1, [PENDING]: 2, [NOTHING_FOUND]: 3 };

export function peopleRows(people: People): PersonRow[] {
  return people.track_id
    .map((trackId, row) => ({
      trackId,
      state: people.state[row] ?? PENDING,
      isThing: people.is_thing[row] === 1,
      x: people.x_m[row] ?? 0,
      y: people.y_m[row] ?? 0,
      vx: people.vx_m_per_s[row] ?? 0,
      vy: people.vy_m_per_s[row] ?? 0,
    }))
    .sort((a, b) => (RANK[a.state] ?? 2) - (RANK[b.state] ?? 2) || a.trackId - b.trackId);
}

export interface Counts {
  readonly all: number;
  readonly alarm: number;
  readonly notScreened: number;
  readonly pending: number;
  readonly nothingFound: number;
}

export function countsOf(people: People): Counts {
  const n = (state: number): number => people.state.filter((one) => one === state).length;
  return {
    all: people.track_id.length, alarm: n(ALARM), notScreened: n(NOT_SCREENED), pending: n(PENDING), nothingFound: n(NOTHING_FOUND),
  };
}

const WORDS = ["pending", "nothing_found", "alarm", "not_screened"] as const;

export function stateWord(row: { readonly state: number; readonly isThing: boolean }): (typeof WORDS)[number] | "thing" {
  if (row.isThing && row.state !== ALARM) return "thing";
  return WORDS[row.state] ?? "pending";
}
