import { describe, expect, it } from "vitest";
import type { StepOut } from "../../api/types";
import { factorText, lengthText, natural, percentText, waterfall } from "./figures";

const step = (number: number, sensor_id: string, p_after: number, counts = true): StepOut => ({
  number, sensor_id, t_utc_ms: 0, p_after,
  said: [{ zone: "waist", log10_factor: 1, weight: 1, words: "", attachment: 1, counts, reason: "", carried_from: 0 }],
});

describe("figures for people", () => {
  it("tells lengths of time", () => {
    expect(lengthText(-5)).toBe("0 s");
    expect(lengthText(59_900)).toBe("59 s");
    expect(lengthText(185_000)).toBe("3:05");
    expect(lengthText(3_720_000)).toBe("1 h 02");
  });

  it("never says 0 or 100 %", () => {
    expect(percentText(0)).toBe("< 0.1 %");
    expect(percentText(1)).toBe("> 99.9 %");
    expect(percentText(0.872)).toBe("87 %");
    expect(percentText(Number.NaN)).toBe("–");
  });

  it("has natural frequencies with the base rate, or says nothing", () => {
    expect(natural(0.87, 0.001)).toEqual({ ofHundred: 87, oneIn: 1000 });
    expect(natural(0.9999, 0.1)).toEqual({ ofHundred: null, oneIn: 10 });
    expect(natural(0.5, 0)).toBeNull();
    expect(natural(Number.NaN, 0.1)).toBeNull();
  });

  it("adds looks up by sensor, from the base rate to the end", () => {
    const { bars, start, end } = waterfall({ prior: 0.5, p_threat: 0.9, steps: [
      step(1, "mw", 10 / 11), step(2, "nose", 1 / 2), step(3, "mw", 100 / 101, false),
    ] });
    expect(start).toBeCloseTo(0);
    expect(bars.map((bar) => [bar.sensorId, bar.nLooks, bar.nNotCounted])).toEqual([["mw", 2, 1], ["nose", 1, 0]]);
    expect(bars[0]?.log10).toBeCloseTo(3);
    expect(bars[1]?.log10).toBeCloseTo(-1);
    expect(end).toBeCloseTo(2);
    expect(bars.at(-1)?.to).toBeCloseTo(end);
  });

  it("has no bars without looks", () => {
    expect(waterfall({ prior: 0.1, p_threat: 0.1, steps: [] }).bars).toEqual([]);
  });

  it("says factors as people do", () => {
    expect(factorText(1.0792)).toBe("× 12");
    expect(factorText(-0.5)).toBe("÷ 3.2");
    expect(factorText(0.01)).toBeNull();
    expect(factorText(9)).toBe("× > 10 000");
    expect(factorText(Number.NaN)).toBeNull();
  });
});
