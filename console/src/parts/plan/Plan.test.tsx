import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Plan as SitePlan } from "../../api/types";
import { freePlace, kindOf } from "./drawPeople";
import { Plan } from "./Plan";
import { nextMeasure } from "./usePlanKeys";

const PLAN: SitePlan = {
  site_id: "hall", title: "Hall", is_exercise: false, is_simulated: true, zones: [],
  operating_point: { p_alarm: 0.3, min_coverage: 0.2, wanted_zones: [] },
  levels: ["ground", "upper"].map((level_id) => ({ level_id, min_site_m: [0, 0], max_site_m: [10, 5], walls_site_m: [] })),
  lines: [], sensors: [],
};

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", class { observe() {} disconnect() {} });
  HTMLCanvasElement.prototype.getContext = () => null;
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const stage = () => screen.getByRole("application", { name: "the plan" });

describe("the plan", () => {
  it("changes the floor by key, and moves what is taken in steps", () => {
    const onLevel = vi.fn();
    const onMove = vi.fn();
    render(
      <Plan plan={PLAN} label="the plan" levelId="ground" onLevel={onLevel}
        editing={{ handles: [{ id: "a", at: { x: 1, y: 1 }, label: "a" }], selected: "a", onSelect: () => undefined, onMove }} />,
    );
    fireEvent.keyDown(stage(), { key: "PageUp" });
    expect(onLevel).toHaveBeenCalledWith("upper");
    fireEvent.keyDown(stage(), { key: "ArrowUp", shiftKey: true });
    expect(onMove).toHaveBeenCalledWith("a", { x: 1, y: 2 }, true);
  });

  it("stops following when it is moved by hand", () => {
    const onFollow = vi.fn();
    render(<Plan plan={PLAN} label="the plan" followedTrack={3} onFollow={onFollow} />);
    fireEvent.keyDown(stage(), { key: "ArrowLeft" });
    expect(onFollow).toHaveBeenCalledWith(null);
  });

  it("has a button for whatever the pointer can do by dragging", () => {
    render(<Plan plan={PLAN} label="the plan" onFollow={() => undefined} />);
    for (const name of ["Larger", "Smaller", "Show all", "To the left", "To the right", "Up", "Down"]) {
      expect(screen.getByRole("button", { name })).toBeTruthy();
    }
  });

  it("leaves keys that it does not know to the page", () => {
    const onPage = vi.fn();
    addEventListener("keydown", onPage);
    render(<Plan plan={PLAN} label="the plan" />);
    fireEvent.keyDown(stage(), { key: "a" });
    fireEvent.keyDown(stage(), { key: "+" });
    removeEventListener("keydown", onPage);
    expect(onPage).toHaveBeenCalledTimes(1);
  });

  it("says over itself that it is old", () => {
    render(<Plan plan={PLAN} label="the plan" oldS={12} />);
    expect(screen.getByText(/OLD PICTURE: 12 s/)).toBeTruthy();
  });

  it("measures from press to press", () => {
    const first = nextMeasure({ isOn: true, from: null, to: null }, { x: 0, y: 0 });
    const second = nextMeasure(first, { x: 3, y: 4 });
    expect(second).toEqual({ isOn: true, from: { x: 0, y: 0 }, to: { x: 3, y: 4 } });
    expect(nextMeasure(second, { x: 9, y: 9 })).toEqual({ isOn: true, from: { x: 9, y: 9 }, to: null });
  });

  it("draws an alarm as an alarm, whoever or whatever has it", () => {
    expect(kindOf({ state: 2, isThing: true })).toBe("alarm");
    expect(kindOf({ state: 1, isThing: true })).toBe("thing");
    expect(kindOf({ state: 3, isThing: false })).toBe("unscreened");
    expect(kindOf({ state: 99, isThing: false })).toBe("pending");
  });

  it("puts no label over another, nor over the edge", () => {
    const size = { width: 400, height: 300 };
    const one = freePlace({ x: 380, y: 100 }, 10, 60, [], size);
    expect(one.x + 60).toBeLessThan(400);
    const two = freePlace({ x: 380, y: 104 }, 10, 60, [{ ...one, width: 60 }], size);
    expect(Math.abs(two.y - one.y)).toBeGreaterThan(15);
  });
});
