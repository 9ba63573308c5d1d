import { describe, expect, it } from "vitest";
import type { Field } from "../../api/types";
import { chosenCover } from "./coverage";

function field(sensor_id: string, origin: [number, number], report: number, detect: number): Field {
  return {
    sensor_id, level_id: "hall", t_utc_ms: 0, origin_site_m: origin, cell_m: 1, n_x: 2, n_y: 2,
    p_report_percent: [report, report, report, report], p_detect_percent: [detect, detect, detect, detect],
  };
}

describe("what is covered", () => {
  const fields = [field("cam", [0, 0], 90, 0), field("mw", [1, 0], 0, 40), field("nose", [1, 1], 0, 60)];

  it("is the best of all that look, at each place", () => {
    const cover = chosenCover(fields, "hall", "looked_at");
    expect(cover).toMatchObject({ n_x: 2, n_y: 3, origin_site_m: [1, 0] });
    expect(cover?.p_detect_percent).toEqual([40, 60, 60, 40, 60, 60]);
  });

  it("leaves those out that only follow people, and the other way round", () => {
    expect(chosenCover(fields, "hall", "followed")?.p_report_percent).toEqual([90, 90, 90, 90]);
  });

  it("can be of one sensor, of another floor, or of nothing", () => {
    expect(chosenCover(fields, "hall", "sensor:mw")?.sensor_id).toBe("mw");
    expect(chosenCover(fields, "street", "looked_at")).toBeNull();
    expect(chosenCover(fields, "hall", "none")).toBeNull();
  });
});
