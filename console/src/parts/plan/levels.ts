// Who is on the floor that is shown, and how many are on others.
import type { People, Plan } from "../../api/types";
import type { PeopleAt } from "./types";

export interface OnLevel {
  readonly shown: PeopleAt | null;
  /** How many are known to be on other floors. */
  readonly elsewhere: number;
  /** Whose floor nobody knows: shown on every floor, with a mark. */
  readonly unknown: readonly number[];
}

const COLUMNS = ["track_id", "x_m", "y_m", "vx_m_per_s", "vy_m_per_s", "spread_m", "state", "is_thing", "level"] as const;
const NOBODY: readonly number[] = [];

export function onLevel(people: PeopleAt | null, plan: Plan, levelId: string | undefined): OnLevel {
  if (people === null || plan.levels.length < 2) return { shown: people, elsewhere: 0, unknown: NOBODY };
  const here = Math.max(plan.levels.findIndex((one) => one.level_id === levelId), 0);
  const of = people.people;
  const rows = of.track_id.map((_, row) => row).filter((row) => isShown(of.level[row] ?? -1, here));
  const shown = Object.fromEntries(COLUMNS.map((name) => [name, rows.map((row) => of[name][row] ?? 0)])) as unknown as People;
  return {
    shown: { ...people, people: shown },
    elsewhere: of.track_id.length - rows.length,
    unknown: rows.filter((row) => (of.level[row] ?? -1) < 0).map((row) => of.track_id[row] ?? 0),
  };
}

function isShown(level: number, here: number): boolean {
  return level < 0 || level === here;
}
