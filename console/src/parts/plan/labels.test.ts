import { describe, expect, it } from "vitest";
import { LabelPlaces } from "./labels";

describe("words on the plan", () => {
  it("stay where they belong when there is room", () => {
    const places = new LabelPlaces();
    expect(places.place({ x: 50, y: 20 }, 40, -1)).toEqual({ x: 50, y: 20 });
    expect(places.place({ x: 120, y: 20 }, 40, -1)).toEqual({ x: 120, y: 20 });
    expect(places.place({ x: 50, y: 60 }, 40, 1)).toEqual({ x: 50, y: 60 });
  });

  it("move on, up or down, where others stand", () => {
    const places = new LabelPlaces();
    places.place({ x: 50, y: 60 }, 60, -1);
    const up = places.place({ x: 80, y: 60 }, 60, -1);
    const down = places.place({ x: 80, y: 60 }, 60, 1);
    expect(up.y).toBeLessThanOrEqual(60 - 16);
    expect(down.y).toBeGreaterThanOrEqual(60 + 16);
    expect([up.x, down.x]).toEqual([80, 80]);
  });

  it("turn round at the edge of the plan rather than lie over others", () => {
    const places = new LabelPlaces(400);
    places.place({ x: 80, y: 10 }, 140, -1);
    const second = places.place({ x: 130, y: 10 }, 100, -1);
    expect(second.y).toBeGreaterThanOrEqual(10 + 16);
    // At the left edge words begin further right than their place: the next ones must know.
    const narrow = new LabelPlaces(400);
    narrow.place({ x: 20, y: 60 }, 160, 1);
    expect(narrow.place({ x: 150, y: 60 }, 40, 1).y).toBeGreaterThanOrEqual(60 + 16);
  });

  it("never move up off the plan", () => {
    const places = new LabelPlaces();
    places.place({ x: 50, y: 12 }, 60, -1);
    expect(places.place({ x: 60, y: 12 }, 60, -1).y).toBeGreaterThanOrEqual(9);
  });
});
