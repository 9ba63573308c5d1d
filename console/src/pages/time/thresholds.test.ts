// @vitest-environment node
import { describe, expect, it } from "vitest";
import { curve, rate, sliderAt, thresholdAt, tryThreshold } from "./thresholds";

const people = [
  { p: 0.001, atS: 1, isThreat: false, hadReference: null },
  { p: 0.2, atS: 2, isThreat: false, hadReference: null },
  { p: 0.3, atS: 3, isThreat: true, hadReference: null },
  { p: 0.95, atS: 4, isThreat: true, hadReference: null },
  { p: 0.6, atS: 5, isThreat: null, hadReference: null },
];

describe("another threshold", () => {
  it("counts who would have been asked to a check", () => {
    const tried = tryThreshold(people, 1800, 0.3);
    expect(tried.nAlarms).toBe(3);
    expect(tried.alarmsPerHour).toBe(6);
    expect(tried.detected).toMatchObject({ k: 2, n: 2 });
    expect(tried.falsely).toMatchObject({ k: 0, n: 2 });
  });

  it("says nothing of detection where no truth is known", () => {
    const tried = tryThreshold([{ p: 0.5, atS: 0, isThreat: null, hadReference: null }], 60, 0.1);
    expect(tried.detected).toBeNull();
    expect(tried.falsely).toBeNull();
  });

  it("has the exact interval", () => {
    // scipy.special.betaincinv gives 0.44390 and 0.97479 for 8 of 10.
    expect(rate(8, 10).low).toBeCloseTo(0.4439, 4);
    expect(rate(8, 10).high).toBeCloseTo(0.97479, 4);
    expect(rate(59, 59).low).toBeCloseTo(0.9394, 3);
    expect(rate(0, 10)).toMatchObject({ low: 0 });
    expect(rate(3000, 3000).low).toBeGreaterThan(0.99);
  });

  it("goes from slider to threshold and back", () => {
    expect(thresholdAt(0)).toBe(0.5);
    for (const p of [1e-5, 0.01, 0.3, 0.99]) expect(thresholdAt(sliderAt(p))).toBeCloseTo(p, 8);
  });

  it("never has more alarms at a higher threshold", () => {
    const rates = curve(people, 1800).map(([, perHour]) => perHour);
    expect(rates[0]).toBe(10);
    expect(rates.every((one, i) => i === 0 || one <= (rates[i - 1] ?? 0))).toBe(true);
  });
});
