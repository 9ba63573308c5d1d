// @vitest-environment node
import { describe, expect, it } from "vitest";
import { blocksOf, bodyOf, findBlock, numbersOf, rawValue, textOf, withBlock, withoutBlock, withValue } from "./siteText";

const TEXT = `# A site.
site_id = "here"

[[levels]]
level_id = "hall"
walls = [
  [0.0, 0.0, 4.0, 0.0], # the south wall
  [0.0, 3.0, 4.0, 3.0],
]

# Where they leave.
[[lines]]
line_id = "exit"
role = "exit" # out of reach
from_site_m = [
  1.0,
  2.0,
]
to_site_m = [1.0, 0.0]

[items]
names = ["nothing"]

# High on the wall; "#" is no comment in a name.
[[sensors]]
sensor_id = "cam#1"
yaw_deg = 40.6 # towards the door

[sensors.settings]
range_m = 9.0
yaw_deg = 1.0

[[sensors]]
sensor_id = "mw"
position_site_m = [0.5, -1.25e0, 0.0]

[[dependence]]
between = ["mw", "cam#1"]
`;

function block(kind: "levels" | "lines" | "sensors", id: string, text = TEXT) {
  const found = findBlock(text, kind, id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

describe("the text of a site file", () => {
  it("is found table by table", () => {
    expect(blocksOf(TEXT).map((one) => `${one.kind} ${one.id}`)).toEqual([
      "levels hall", "lines exit", "sensors cam#1", "sensors mw",
    ]);
    expect(block("sensors", "cam#1").parts.map((one) => one.name)).toEqual(["settings"]);
    expect(bodyOf(TEXT, block("sensors", "mw"))).toBe('[[sensors]]\nsensor_id = "mw"\nposition_site_m = [0.5, -1.25e0, 0.0]');
  });

  it("is read value by value", () => {
    expect(numbersOf(rawValue(TEXT, block("lines", "exit"), "from_site_m"))).toEqual([1, 2]);
    expect(numbersOf(rawValue(TEXT, block("sensors", "mw"), "position_site_m"))).toEqual([0.5, -1.25, 0]);
    expect(textOf(rawValue(TEXT, block("lines", "exit"), "role"))).toBe("exit");
    expect(rawValue(TEXT, block("sensors", "cam#1"), "yaw_deg")).toBe("40.6");
    expect(rawValue(TEXT, block("sensors", "cam#1"), "yaw_deg", "settings")).toBe("1.0");
    expect(rawValue(TEXT, block("sensors", "mw"), "range_m", "settings")).toBe("");
  });

  it("keeps comments when a value changes", () => {
    const turned = withValue(TEXT, block("sensors", "cam#1"), "yaw_deg", "90.0");
    expect(turned).toContain("yaw_deg = 90.0 # towards the door");
    expect(turned).toContain("yaw_deg = 1.0");
    expect(turned.length).toBe(TEXT.length);
    const moved = withValue(TEXT, block("lines", "exit"), "from_site_m", "[3.0, 2.0]");
    expect(moved).toContain("from_site_m = [3.0, 2.0]\nto_site_m = [1.0, 0.0]");
    const added = withValue(TEXT, block("sensors", "mw"), "yaw_deg", "5.0");
    expect(rawValue(added, block("sensors", "mw", added), "yaw_deg")).toBe("5.0");
  });

  it("loses a table with its comment, and nothing else", () => {
    const less = withoutBlock(TEXT, block("sensors", "cam#1"));
    expect(less).not.toContain("High on the wall");
    expect(less).not.toContain("range_m");
    expect(blocksOf(less).map((one) => one.id)).toEqual(["hall", "exit", "mw"]);
    expect(less).toContain('names = ["nothing"]');
  });

  it("takes a new table behind the last of its kind", () => {
    const more = withBlock(TEXT, "lines", '[[lines]]\nline_id = "in"');
    expect(blocksOf(more).map((one) => one.id)).toEqual(["hall", "exit", "in", "cam#1", "mw"]);
    expect(more.indexOf('"in"')).toBeLessThan(more.indexOf("[items]"));
  });
});
