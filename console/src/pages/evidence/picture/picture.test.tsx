import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { PatchOut } from "../../../api/types";
import { BodyView3d } from "./BodyView3d";
import { captionWords, unitOf } from "./captions";
import { cividis, edgesOf, spanOfAlike } from "./colours";
import { halfWidthM, patchOn, shellM, sideOf, TRUNK_M, FLATNESS } from "./figure";
import { FigureView } from "./FigureView";
import { highest } from "./PatchMap";

afterEach(cleanup);

function patch(changes: Partial<PatchOut> = {}): PatchOut {
  return {
    sensor_id: "mw", look_id: "mw-1", t_utc_ms: 1000, zone: "torso_front",
    caption: "echo off the body surface, dB over the echo on it",
    across_m: [-0.1, 0, 0.1], height_m: [1.0, 1.2], values: [[1, null, 3], [4, 9, 6]], excess: null, ...changes,
  };
}

test("colours run from dark to light and never leave the scale", () => {
  expect(cividis(0)).toEqual([0, 32, 77]);
  expect(cividis(1)).toEqual([255, 234, 70]);
  expect(cividis(7)).toEqual(cividis(1));
  expect(cividis(NaN)).toEqual(cividis(0));
});

test("edges lie between centres", () => {
  const edges = edgesOf([0, 1, 3]);
  expect(edges).toEqual([-0.5, 0.5, 2, 4]);
  expect(edgesOf([])).toEqual([]);
});

test("only pictures of the same thing share a scale", () => {
  const other = patch({ caption: "loss", values: [[90]] });
  expect(spanOfAlike([patch(), other], patch().caption)).toEqual([1, 9]);
});

test("each side shows its own picture, and one of the same kind beside it", () => {
  const back = patch({ zone: "torso_back", look_id: "mw-2" });
  const bag = patch({ zone: "bag", caption: "loss" });
  expect([patch(), back, bag].map((one) => sideOf(one.zone))).toEqual(["front", "back", "side"]);
  expect(patchOn("back", [patch(), back, bag], patch())).toBe(back);
  expect(patchOn("front", [bag], bag)).toBeNull();
});

test("a picture never lies inside of the generic trunk", () => {
  for (const [half, height] of TRUNK_M.slice(0, -1)) {
    for (const share of [0, 0.5, 0.9]) {
      const body = FLATNESS * half * Math.sqrt(1 - share ** 2);
      expect(shellM(share * half, height)).toBeGreaterThanOrEqual(body - 1e-9);
    }
  }
  expect(halfWidthM(2)).toBe(0.055);
  expect(halfWidthM(0.5)).toBe(0.18);
});

test("the highest cell is found, whatever was not seen", () => {
  expect(highest(patch())).toEqual({ row: 1, column: 1 });
  expect(highest(patch({ values: [[null]] }))).toEqual({ row: 0, column: 0 });
});

test("known captions are told in the seat's language, others as they are", () => {
  expect(captionWords("echo off the body line, dB over the echo on it")).toMatch(/body line/);
  expect(captionWords("something new, dB")).toBe("something new, dB");
  expect(unitOf(patch().caption)).toBe("dB");
  expect(unitOf("counts")).toBe("");
});

test("the figure shows every cell that was seen, and marks the zone in words", () => {
  const { container } = render(<FigureView patches={[patch()]} chosen={patch()} span={[1, 9]} zone="torso_front" />);
  expect(container.querySelectorAll(".cells rect:not(.not-seen)")).toHaveLength(5);
  expect(container.querySelectorAll(".cells rect.not-seen")).toHaveLength(1);
  expect(container.querySelector(".is-it text")?.textContent).toContain("▲");
  expect(screen.getAllByRole("img")).toHaveLength(2);
});

test("the figure's left is on the right from the front, and on the left from the back", () => {
  const left = { across_m: [0.1, 0.12], height_m: [1, 1.1], values: [[1, 1], [1, 1]] };
  const at = (zone: string): number => {
    const one = patch({ ...left, zone });
    const { container } = render(<FigureView patches={[one]} chosen={one} span={[0, 1]} zone={null} />);
    const x = Number(container.querySelector(".cells rect")?.getAttribute("x"));
    cleanup();
    return x;
  };
  expect(at("torso_front")).toBeGreaterThan(0);
  expect(at("torso_back")).toBeLessThan(0);
});

test("without WebGL the flat figure is shown instead", async () => {
  render(<BodyView3d patches={[patch()]} span={[1, 9]} instead={<p>flat</p>} />);
  expect(await screen.findByText("flat")).toBeTruthy();
});
