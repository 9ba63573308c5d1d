import { expect, test } from "vitest";
import type { CurvesFile, LedgerEntry } from "./bundle";
import { axisWords, channelsOf, headOf, substanceAlone } from "./curves";
import { profilesOf } from "./profile";

const curve = (role: "measured" | "fit" | "without" | "residual", values: (number | null)[], channel = 0) => ({
  role, channel, quantity: role === "residual" ? "sigma" : "counts", unit: "", values,
});
const file: CurvesFile = {
  form: "standex.curves.1", kind: "raman", sensor_id: "laser", t_utc_ms: 0, substance: "simulant-a", figures: {},
  x: { quantity: "raman_shift", unit: "1/cm", values: [1, 2] }, marks: [],
  curves: [curve("measured", [10, null]), curve("fit", [9, 8]), curve("without", [4, 8]), curve("residual", [1, 0]), curve("measured", [5, 6], 3)],
};

test("each channel has its curves, and what is left over is drawn apart", () => {
  const [all, third] = channelsOf(file);
  expect(all?.drawn).toHaveLength(3);
  expect(all?.drawn[0]?.values).toEqual([10, NaN]);
  expect(all?.residual?.values).toEqual([1, 0]);
  expect([third?.channel, third?.residual]).toEqual([3, null]);
  expect(axisWords(file.x)).toContain("cm⁻¹");
});

test("the substance alone is what is left when all else is taken off", () => {
  const alone = substanceAlone(file);
  expect(alone?.[0]?.values).toEqual([6, NaN]);
  expect(alone?.[1]?.values).toEqual([5, 0]);
  expect(substanceAlone({ ...file, curves: file.curves.filter((one) => one.role !== "without") })).toBeNull();
  expect(headOf({ ...file, substance: "" })).not.toContain("{");
});

test("figures at depths make a profile, from before the surface to behind it", () => {
  const entry = (zone: string, score: Record<string, number>): LedgerEntry => ({
    sensor_id: "mw", look_id: "", t_utc_ns: 0, zone, counts: true, reason: "", score,
  });
  const pillars = entry("waist", { "echo_at_+25_mm_db": -3, "echo_at_-80_mm_db": -9, "echo_at_+0_mm_db": 0, is_waist: 1 });
  expect(profilesOf([pillars])).toEqual({ atMm: [-80, 0, 25], zones: [{ zone: "waist", values: [-9, 0, -3] }] });
  const panels = entry("waist", { "echo_-60mm_db": 1, "echo_+0mm_db": 2, "echo_+60mm_db": 3 });
  expect(profilesOf([panels])?.atMm).toEqual([-60, 0, 60]);
  expect(profilesOf([entry("waist", { threat_z: 4 })])).toBeNull();
});
