import { describe, expect, it } from "vitest";
import { countsOf, peopleRows, stateWord } from "./peopleRows";

const people = {
  track_id: [5, 3, 9, 1], x_m: [0, 1, 2, 3], y_m: [0, 0, 0, 0], vx_m_per_s: [0, 0, 0, 0], vy_m_per_s: [0, 0, 0, 0],
  spread_m: [0, 0, 0, 0], state: [1, 0, 2, 3], is_thing: [0, 1, 0, 0], level: [0, 0, 0, 0],
};

describe("people as rows", () => {
  it("has alarms first, then who was not screened", () => {
    expect(peopleRows(people).map((row) => row.trackId)).toEqual([9, 1, 3, 5]);
  });

  it("never calls a thing with an alarm only a thing", () => {
    expect(stateWord({ state: 2, isThing: true })).toBe("alarm");
    expect(stateWord({ state: 0, isThing: true })).toBe("thing");
    expect(stateWord({ state: 17, isThing: false })).toBe("pending");
  });

  it("counts everybody", () => {
    expect(countsOf(people)).toEqual({ all: 4, alarm: 1, notScreened: 1, pending: 1, nothingFound: 1 });
  });
});
