import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PatchOut } from "../../../api/types";
import { setLanguage } from "../../../i18n";
import { captionWords, unitOf } from "./captions";
import { besideOf, blankAt, blanksOf, EXCESS, excessSpan, withExcess } from "./excess";
import { PatchMap } from "./PatchMap";
import { PicturePanel } from "./PicturePanel";

beforeEach(() => setLanguage("en"));
afterEach(cleanup);

// Looked at everywhere but in one corner; in the middle of the upper row metal hides the body.
const look: PatchOut = {
  sensor_id: "mw", look_id: "mw-1", t_utc_ms: 1000, zone: "torso_front", caption: "echo off the body surface, dB over the echo on it",
  across_m: [-0.1, 0, 0.1], height_m: [1.0, 1.2], values: [[1, 2, null], [4, 9, 6]],
  excess: { excess_mm: [[0.4, -0.2, null], [21.3, null, 0.1]], sigma_mm: [[1.3, 1.3, null], [5.9, null, 1.4]] },
};
const plain: PatchOut = { ...look, look_id: "mw-2", excess: null };

test("each look with path excess is shown as two pictures, one without as one", () => {
  const all = withExcess([look, plain]);
  expect(all.map((one) => one.caption === EXCESS)).toEqual([false, true, false]);
  expect(besideOf(all[0]!, all)).toBe(all[1]);
  expect(besideOf(all[1]!, all)).toBe(all[0]);
  expect(besideOf(all[2]!, all)).toBeNull();
  expect(withExcess([{ ...look, excess: undefined } as unknown as PatchOut])).toHaveLength(1);
});

test("a place that nobody looked at is another one than a place where the body is hidden", () => {
  const excess = withExcess([look])[1]!;
  expect(blankAt(excess, 0, 0)).toBeNull();
  expect(blankAt(excess, 0, 2)).toBe("not_seen");
  expect(blankAt(excess, 1, 1)).toBe("hidden");
  expect(blanksOf(excess)).toEqual(["not_seen", "hidden"]);
  expect(blanksOf(look)).toEqual(["not_seen"]);
});

test("the scale is wide enough that noise never looks like a layer", () => {
  const noise = { excess_mm: [[0.4, -0.2, null], [0.3, null, 0.1]], sigma_mm: look.excess!.sigma_mm };
  expect(excessSpan(withExcess([{ ...look, excess: noise }]))).toEqual([-5, 30]);
  const thick = { excess_mm: [[41, null, null], [0, 0, 0]], sigma_mm: look.excess!.sigma_mm };
  expect(excessSpan(withExcess([{ ...look, excess: thick }]))).toEqual([-5, 41]);
});

test("the caption is told in words with its unit, and not taken for that of a bag", () => {
  expect(captionWords(EXCESS)).toBe("Path excess of the body’s echo, mm");
  expect(unitOf(EXCESS)).toBe("mm");
});

test("a value is told with its standard deviation, and every blank place is hatched", () => {
  const excess = withExcess([look])[1]!;
  const { container } = render(<PatchMap patch={excess} span={[-5, 30]} />);
  expect(screen.getByText(/21\.3 ± 5\.9 mm/)).toBeTruthy();
  const fills = [...container.querySelectorAll(".cell.not-seen")].map((one) => one.getAttribute("fill") ?? "");
  expect(fills.filter((one) => /-not_seen\)$/.test(one))).toHaveLength(1);
  expect(fills.filter((one) => /-hidden\)$/.test(one))).toHaveLength(1);
  for (const fill of fills) expect(container.ownerDocument.getElementById(fill.slice(5, -1))).not.toBeNull();
  expect(screen.getByText("not looked at")).toBeTruthy();
  expect(screen.getByText(/hidden by what is there/)).toBeTruthy();
});

test("the map of a look shows its path excess beside its echo", async () => {
  render(<PicturePanel patches={[look]} first={look} zone="torso_front" step={null} />);
  screen.getByRole("button", { name: "map and cuts" }).click();
  expect(await screen.findAllByRole("img", { name: /Arrow keys move the cuts/ })).toHaveLength(2);
  expect(screen.getByText(/d \(n − 1\)/)).toBeTruthy();
});
