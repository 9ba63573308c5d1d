import { expect, test } from "vitest";
import { linear, logOdds, numberText, spanOf, ticks } from "./scale";

test("a scale maps its ends, and a span without width to the middle", () => {
  const scale = linear([0, 10], [100, 200]);
  expect([scale(0), scale(5), scale(10)]).toEqual([100, 150, 200]);
  expect(linear([3, 3], [0, 8])(3)).toBe(4);
});

test.each([
  [[0, 1], 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [[-21, 6], 5, [-20, -10, 0]],
  [[200, 1800], 4, [500, 1000, 1500]],
  [[0.8, 1.5], 5, [0.8, 1, 1.2, 1.4]],
  [[4, 4], 5, [4]],
] as const)("ticks of %j", (span, about, expected) => {
  expect(ticks([span[0], span[1]], about)).toEqual(expected);
});

test("a span leaves out what was not seen", () => {
  expect(spanOf([null, 3, NaN, -1])).toEqual([-1, 3]);
  expect(spanOf([2])).toEqual([1.5, 2.5]);
  expect(spanOf([null])).toBeNull();
});

test("log odds stand at the edge for 0 and 1", () => {
  expect(logOdds(0.5)).toBe(0);
  expect(logOdds(0)).toBe(-7);
  expect(logOdds(1)).toBe(7);
  expect(logOdds(NaN)).toBe(-7);
});

test("numbers are told short", () => {
  expect([0, 1234.5678, 0.000012, -3.2, NaN].map(numberText)).toEqual(["0", "1235", "1.2e-5", "-3.2", "–"]);
});
