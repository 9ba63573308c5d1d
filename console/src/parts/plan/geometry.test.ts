import { describe, expect, it } from "vitest";
import { arrowOf, fit, keepIn, pan, scaleLength, toScreen, toSite, zoomAt } from "./geometry";

const size = { width: 800, height: 600 };
const view = { x: 3, y: -2, pxPerM: 25 };

describe("the view of the plan", () => {
  it("goes to the screen and back", () => {
    const at = { x: 7.5, y: 1.25 };
    const back = toSite(view, size, toScreen(view, size, at));
    expect(back.x).toBeCloseTo(at.x);
    expect(back.y).toBeCloseTo(at.y);
  });

  it("has up on the screen where y grows", () => {
    expect(toScreen(view, size, { x: 3, y: 0 }).y).toBeLessThan(300);
  });

  it("keeps the point under the pointer when it zooms", () => {
    const at = { x: 120, y: 500 };
    const before = toSite(view, size, at);
    const after = toSite(zoomAt(view, size, at, 1.7), size, at);
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
  });

  it("zooms neither in nor out for ever", () => {
    let near = view;
    for (let i = 0; i < 100; i += 1) near = zoomAt(near, size, { x: 0, y: 0 }, 2);
    expect(near.pxPerM).toBe(400);
  });

  it("shows all of a box", () => {
    const whole = fit({ min: { x: -17.5, y: -0.3 }, max: { x: 15.5, y: 12.3 } }, size);
    const corner = toScreen(whole, size, { x: -17.5, y: 12.3 });
    expect(corner.x).toBeGreaterThanOrEqual(0);
    expect(corner.y).toBeGreaterThanOrEqual(0);
  });

  it("moves with the pointer and never loses the site", () => {
    expect(pan(view, 25, 0).x).toBeCloseTo(2);
    const lost = pan(view, 1e6, 1e6);
    expect(keepIn(lost, { min: { x: 0, y: 0 }, max: { x: 1, y: 1 } })).toMatchObject({ x: 0, y: 1 });
  });

  it("has a round scale", () => {
    expect(scaleLength(25, 130)).toBe(5);
    expect(scaleLength(300, 130)).toBeCloseTo(0.2);
  });

  it("says which way somebody goes", () => {
    expect(arrowOf(1, 0)).toBe("→");
    expect(arrowOf(-1, 0.05)).toBe("←");
    expect(arrowOf(-1, -0.05)).toBe("←");
    expect(arrowOf(0, -1.2)).toBe("↓");
    expect(arrowOf(0.1, 0.1)).toBe("");
    expect(arrowOf(Number.NaN, 1)).toBe("");
  });
});
