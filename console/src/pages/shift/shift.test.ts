import { expect, test } from "vitest";
import { fieldMs, fieldText, HOUR_MS, lastHours, paceOf, type Report } from "./report";
import { charted, middle, nextWalk, underWay, type Walk, type WalkTest } from "./walks";

const walk = (changes: Partial<Walk>): Walk => ({
  has_object: true, from_utc_ms: 0, to_utc_ms: 10, result: "right", p_threat: 0.9, coverage: 1, alert_id: "", reason: "", ...changes,
});
const made = (changes: Partial<WalkTest>): WalkTest => ({
  walk_test_id: "w", by: "anna", reference_object: "wax", zone: "waist", begun_utc_ms: 0, ended_utc_ms: null,
  n_with: 3, n_found: 3, n_false: 0, has_passed: null, walks: [], ...changes,
});

test("a test is under way until it is ended, and for an hour at most", () => {
  expect(underWay([made({})], HOUR_MS - 1)?.walk_test_id).toBe("w");
  expect(underWay([made({})], HOUR_MS)).toBeNull();
  expect(underWay([made({ ended_utc_ms: 5 })], 6)).toBeNull();
});

test("the walk to be walked now is the first that waits", () => {
  expect(nextWalk(made({ walks: [walk({}), walk({ result: "repeat" }), walk({ result: "waiting" })] }))).toBe(2);
  expect(nextWalk(made({ walks: [walk({})] }))).toBe(-1);
});

test("the chart has walks with the object that count, oldest first", () => {
  const tests = [
    made({ walks: [walk({ to_utc_ms: 30, result: "missed" }), walk({ has_object: false }), walk({ result: "repeat" })] }),
    made({ walks: [walk({ to_utc_ms: 20 })], zone: "legs" }),
  ];
  expect(charted(tests, "", "").map((one) => [one.t_ms, one.isFound])).toEqual([[20, true], [30, false]]);
  expect(charted(tests, "wax", "legs")).toHaveLength(1);
  expect(charted(tests, "other", "")).toHaveLength(0);
});

test("the middle is taken from the first twenty walks, and from no fewer", () => {
  const walks = Array.from({ length: 20 }, (_, row) => ({ t_ms: row, p: 0.5, isFound: true }));
  expect(middle(walks.slice(1))).toBeNull();
  expect(middle([...walks, { t_ms: 99, p: 0.999, isFound: true }])).toBe(0);
});

test("fields of date and time go there and back", () => {
  const at = new Date(2026, 2, 4, 5, 6).getTime();
  expect(fieldText(at)).toBe("2026-03-04T05:06");
  expect(fieldMs(fieldText(at))).toBe(at);
  expect(fieldMs("")).toBeNull();
});

test("the last hours end after now", () => {
  const span = lastHours(8, 90_001);
  expect(span.toMs).toBe(120_000);
  expect(span.toMs - span.fromMs).toBe(8 * HOUR_MS);
});

test("a rate is told against its target, and a flood as that", () => {
  const report = (per_10_min: number, most_in_10_min: number): Report =>
    ({ per_10_min, most_in_10_min, target_per_10_min: 1 }) as Report;
  expect([paceOf(report(0.5, 2)), paceOf(report(1.2, 4)), paceOf(report(0.5, 11))]).toEqual(["within", "above", "flood"]);
});
