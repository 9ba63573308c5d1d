import { expect, test } from "vitest";
import type { Plan } from "../../api/types";
import { onLevel } from "./levels";
import type { PeopleAt } from "./types";

const plan = (...names: string[]): Plan => ({ levels: names.map((level_id) => ({ level_id })) }) as unknown as Plan;
const zeros = [0, 0, 0, 0];
const people: PeopleAt = {
  tMs: 5,
  people: {
    track_id: [11, 12, 13, 14], x_m: [1, 2, 3, 4], y_m: zeros, vx_m_per_s: zeros, vy_m_per_s: zeros, spread_m: zeros,
    state: zeros, is_thing: zeros, level: [0, 1, -1, 1],
  },
};

test("a floor shows its own people and those whose floor nobody knows", () => {
  const { shown, elsewhere, unknown } = onLevel(people, plan("hall", "upper"), "upper");
  expect(shown?.people.track_id).toEqual([12, 13, 14]);
  expect(shown?.people.x_m).toEqual([2, 3, 4]);
  expect(shown?.tMs).toBe(5);
  expect(elsewhere).toBe(1);
  expect(unknown).toEqual([13]);
});

test("a floor that is not there is taken for the first, as the plan does", () => {
  expect(onLevel(people, plan("hall", "upper"), undefined).shown?.people.track_id).toEqual([11, 13]);
  expect(onLevel(people, plan("hall", "upper"), "gone").elsewhere).toBe(2);
});

test("with one floor everybody is shown, and nothing is marked", () => {
  expect(onLevel(people, plan("hall"), "hall")).toEqual({ shown: people, elsewhere: 0, unknown: [] });
  expect(onLevel(null, plan("hall", "upper"), "hall").shown).toBeNull();
});
