// @vitest-environment node
import { describe, expect, it } from "vitest";
import { changed, copied, freeId, itemsOf, metresText, newLine, outlineOf, pointText, type SensorItem } from "./siteItems";

const TEXT = `[[levels]]
level_id = "hall"

[[lines]]
line_id = "exit"
role = "exit"
level_id = "hall"
from_site_m = [1.0, 2.0]
to_site_m = [1.0, 0.0]

[[sensors]]
sensor_id = "cam"
technology = "floor-positions"
level_id = "hall"
position_site_m = [0.0, 1.0, 3.2]
yaw_deg = 90.0
rate_hz = 10.0

[sensors.settings]
range_m = 5.0
half_angle_deg = 45.0

[[sensors]]
sensor_id = "mw"
technology = "microwave"
level_id = "hall"
position_site_m = [2.0, 1.0, 0.0]
yaw_deg = 0.0
rate_hz = 5.0

[sensors.settings]
near_m = 1.4
far_m = 3.6
half_lane_m = 1.15

[sensors.tasks]
spot_site_m = [-2.0, 2.5]
reach_m = 1.9
`;

function sensor(id: string): SensorItem {
  const found = itemsOf(TEXT).find((one) => one.id === id);
  if (found?.kind !== "sensors") throw new Error(id);
  return found;
}

describe("what a site file says of its plan", () => {
  it("has lines and sensors where they stand", () => {
    const [exit] = itemsOf(TEXT);
    expect(exit).toMatchObject({ id: "exit", role: "exit", from: { x: 1, y: 2 }, to: { x: 1, y: 0 } });
    expect(sensor("cam")).toMatchObject({ at: { x: 0, y: 1 }, heightM: 3.2, yawDeg: 90, spot: null });
    expect(sensor("mw")).toMatchObject({ spot: { x: -2, y: 2.5 }, reachM: 1.9 });
  });

  it("has what each sensor sees", () => {
    const sector = outlineOf(sensor("cam"));
    expect(sector[0]).toEqual({ x: 0, y: 1 });
    expect(Math.max(...sector.map((one) => one.y))).toBeCloseTo(6);
    const lane = outlineOf(sensor("mw"));
    expect(lane[0]?.x).toBeCloseTo(3.4);
    expect(lane[2]?.x).toBeCloseTo(5.6);
    expect(lane[2]?.y).toBeCloseTo(2.15);
  });

  it("asks the simulated instrument where the settings are silent", () => {
    const text = '[[sensors]]\nsensor_id = "p"\n[sensors.instrument_settings]\nnear_m = 0.9\nfar_m = 1.9\nhalf_width_m = 0.55\n';
    expect(itemsOf(text)[0]).toMatchObject({ cover: { kind: "lane", nearM: 0.9, farM: 1.9, halfM: 0.55 } });
  });

  it("is changed, copied and added to", () => {
    const moved = changed(TEXT, "sensors", "cam", "position_site_m", pointText({ x: 1.239, y: -0.001 }, 3.2));
    expect(moved).toContain("position_site_m = [1.24, 0.0, 3.2]");
    const twice = copied(TEXT, sensor("mw"));
    expect(twice.id).toBe("mw-2");
    const copy = itemsOf(twice.text).find((one) => one.id === "mw-2");
    expect(copy).toMatchObject({ at: { x: 2.5, y: 1 }, reachM: 1.9, technology: "microwave" });
    expect(freeId(twice.text, "sensors", "mw-2")).toBe("mw-3");
    const lined = newLine(TEXT, "hall", { x: 0, y: 0 });
    expect(itemsOf(lined.text).map((one) => one.id)).toEqual(["exit", "line", "cam", "mw"]);
    expect(metresText(-0)).toBe("0.0");
  });
});
