import { expect, test } from "vitest";
import type { PatchOut, StepOut, Why } from "../../../api/types";
import { entryOf, fileAddress, figureUnit, filesOf, type Ledger, type Manifest, sizeText } from "./bundle";
import { apart } from "./LedgerChart";
import { areSameLooks, curvesOf, entriesOf, mostTelling, patchesOf, pictureOf } from "./match";

const said = { zone: "waist", log10_factor: 0.5, weight: 1, words: "", attachment: 1, counts: true, reason: "", carried_from: 0 };
const step = (number: number, sensor_id: string, changes: Partial<StepOut> = {}): StepOut => ({
  number, sensor_id, t_utc_ms: 1000 * number, p_after: 0.5, said: [said], ...changes,
});
const why = (steps: StepOut[]): Why => ({
  t_utc_ms: 0, outcome: "alarm", reason: "", p_threat: 0.9, prior: 0.1, how_sure: "", zone: "torso_front",
  coverage: [], missing: [], steps, cued: [],
});
const patch = (sensor_id: string, t_utc_ms: number, zone: string): PatchOut => ({
  sensor_id, look_id: "", t_utc_ms, zone, caption: "", across_m: [], height_m: [], values: [], excess: null,
});
const entry = (sensor_id: string, ms: number): Ledger["entries"][number] => ({
  sensor_id, look_id: "", t_utc_ns: ms * 1e6 + 300, counts: true, reason: "", score: { a_db: 1 },
});

test("a look has the pictures, entries and curves of its sensor and its time", () => {
  const pictures = [patch("mw", 1000, "waist"), patch("mw", 1000, "torso_front"), patch("mw", 2000, "waist")];
  const ledger: Ledger = { entries: [entry("mw", 1000), entry("laser", 1000), entry("mw", 2000)] };
  const one = step(1, "mw");
  expect(patchesOf(one, pictures)).toHaveLength(2);
  expect(pictureOf(one, pictures, "torso_front")?.zone).toBe("torso_front");
  expect(pictureOf(step(3, "mw"), pictures, null)).toBeNull();
  expect(entriesOf(one, ledger)).toHaveLength(1);
  expect(curvesOf(step(1, "laser"), ledger, ["curves-001.json", "curves-002.json", "curves-009.json"])).toEqual(["curves-001.json"]);
});

test("the first look to show has a picture, is of the zone in question, and moved the odds most", () => {
  const front = (factor: number): StepOut["said"] => [{ ...said, zone: "torso_front", log10_factor: factor }];
  const steps = [step(1, "mw", { said: front(0.2) }), step(2, "mw", { said: front(-0.9) }), step(3, "laser", { said: front(3) })];
  const pictures = [patch("mw", 1000, "torso_front"), patch("mw", 2000, "torso_front")];
  expect(mostTelling(why(steps), pictures)).toBe(2);
  expect(mostTelling(why(steps), [])).toBe(3);
  expect(mostTelling(why([]), [])).toBeNull();
});

test("looks at one moment are moved apart and stay within the chart", () => {
  const { lefts } = apart([50, 50, 60, 300], [0, 300]);
  expect(lefts.every((left, row) => row === 0 || left - (lefts[row - 1] ?? 0) >= 24 - 1e-9)).toBe(true);
  expect(Math.max(...lefts)).toBeLessThanOrEqual(300);
  expect(apart(Array.from({ length: 100 }, () => 10), [0, 300]).radius).toBe(3);
});

test("the same looks are the same pictures", () => {
  const one = [patch("mw", 1000, "waist")];
  expect(areSameLooks(one, [patch("mw", 1000, "waist")])).toBe(true);
  expect(areSameLooks(one, [patch("mw", 1000, "legs")])).toBe(false);
  expect(areSameLooks(one, [])).toBe(false);
});

test("files of a bundle are told apart by their names", () => {
  const names = ["look-004.png", "curves-001.json", "crop-001.png", "crop-001.png.exe", "alert.json"];
  const manifest = { files: names.map((name) => ({ name, n_bytes: 1, sha256: "" })) } as unknown as Manifest;
  expect(filesOf(manifest, "crop")).toEqual(["crop-001.png"]);
  expect(filesOf(manifest, "curves")).toEqual(["curves-001.json"]);
  expect(filesOf(null, "look")).toEqual([]);
  expect(entryOf("look-004.png")).toBe(4);
  expect(entryOf("alert.json")).toBe(-1);
  expect(fileAddress("a/b", "look-004.png")).toBe("/api/v1/incidents/a%2Fb/evidence/look-004.png");
});

test("figures have the unit that their name ends with", () => {
  expect(["metal_db", "bag_excess_m", "slab_area_log_m2", "thickness_mm", "threat_z"].map(figureUnit)).toEqual([
    "dB", "m", "log m²", "mm", "",
  ]);
  expect([12, 20_000, 3.2e6].map(sizeText)).toEqual(["12 B", "20.0 kB", "3.2 MB"]);
});
