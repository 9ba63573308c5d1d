import { describe, expect, it } from "vitest";
import { aboutOf } from "./Problems";
import { itemsOf } from "./siteItems";
import { itemOfHandle, movedText } from "./SitePlan";

const TEXT = `[[lines]]
line_id = "exit"
from_site_m = [1.0, 2.0]
to_site_m = [1.0, 0.0]

[[sensors]]
sensor_id = "cam"
position_site_m = [0.0, 1.0, 3.2]
yaw_deg = 0.0
`;
const [exit, cam] = itemsOf(TEXT);
if (exit === undefined || cam === undefined) throw new Error("no items");

describe("what is taken and moved on the plan", () => {
  it("writes its new place into the text", () => {
    expect(movedText(TEXT, exit, "to", { x: 1.5, y: -0.25 })).toContain("to_site_m = [1.5, -0.25]");
    expect(movedText(TEXT, cam, "at", { x: 0.5, y: 1 })).toContain("position_site_m = [0.5, 1.0, 3.2]");
  });

  it("turns a sensor towards the handle, in whole degrees", () => {
    expect(movedText(TEXT, cam, "turn", { x: 0, y: 9 })).toContain("yaw_deg = 90.0");
    expect(movedText(TEXT, cam, "turn", { x: -1, y: 1 })).toContain("yaw_deg = 180.0");
  });

  it("knows whose a handle and a problem are", () => {
    expect(itemOfHandle([exit, cam], "from:exit")).toBe(exit);
    expect(itemOfHandle([exit, cam], "turn:cam")).toBe(cam);
    expect(aboutOf("sensors[0] (cam).rate_hz: got -1", [exit, cam])).toBe(cam);
    expect(aboutOf("lines: 'exit' crosses nothing", [exit, cam])).toBe(exit);
    expect(aboutOf("title: missing; add it", [exit, cam])).toBeUndefined();
  });
});
