// @vitest-environment node
import { describe, expect, it } from "vitest";
import { cropped } from "./crop";

const level = { level_id: "hall", min_site_m: [-5, 0], max_site_m: [195, 12], walls_site_m: [] };

describe("the part of the plan that is shown", () => {
  it("holds both, with room around, and stays when they move a little", () => {
    const one = cropped(level, [{ x: 93, y: 3 }, { x: 108, y: 6 }]);
    expect(one.min_site_m).toEqual([80, 0]);
    expect(one.max_site_m).toEqual([120, 12]);
    expect(cropped(level, [{ x: 94, y: 3 }, { x: 109, y: 6 }])).toEqual(one);
  });

  it("never goes beyond the level", () => {
    expect(cropped(level, [{ x: 190, y: 3 }]).max_site_m).toEqual([195, 12]);
  });
});
