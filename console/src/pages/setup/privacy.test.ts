// @vitest-environment node
import { describe, expect, it } from "vitest";
import { keepText, sizeText } from "./privacy";

describe("the privacy report", () => {
  it("says how long things stay as people would", () => {
    expect(keepText(0)).toBe("not kept");
    expect(keepText(null)).toBe("until somebody removes it");
    expect(keepText(900)).toBe("15 min");
    expect(keepText(72 * 3600)).toBe("72 h");
    expect(keepText(6 * 30.5 * 86_400)).toBe("6 months");
  });

  it("says how large they are", () => {
    expect(sizeText(0)).toBe("0 B");
    expect(sizeText(1_234_567)).toBe("1.2 MB");
  });
});
