// @vitest-environment node
import { describe, expect, it } from "vitest";
import { mayBeWithinM, metres, turnOf, wayTo } from "./where";

describe("the way to somebody", () => {
  it("is an arrow that is right on the plan", () => {
    expect(wayTo({ x: 0, y: 0 }, { x: 0, y: 5 })).toEqual({ distanceM: 5, turnDeg: 0, towards: "up" });
    expect(wayTo({ x: 0, y: 0 }, { x: 3, y: -4 })).toMatchObject({ distanceM: 5, towards: "down_right" });
    expect(turnOf(-1, 0)).toEqual({ turnDeg: 270, towards: "left" });
    expect(turnOf(-0.01, 1).towards).toBe("up");
  });

  it("grows uncertain the longer nobody sees them", () => {
    expect(mayBeWithinM(0.3)).toBe(0);
    expect(mayBeWithinM(10)).toBe(18);
  });

  it("is told in whole metres, except close by", () => {
    expect(metres(1.44)).toBe("1.4");
    expect(metres(12.6)).toBe("13");
  });
});
