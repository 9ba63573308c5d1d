// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { Frames, stepOf } from "./frames";
import type { Frame } from "./recording";

function frame(t: number): Frame {
  return { t_utc_ms: t } as unknown as Frame;
}

describe("pictures of a recording", () => {
  it("are fetched in pieces, once each, and the next one ahead", async () => {
    const paths: string[] = [];
    const changed = vi.fn();
    const frames = new Frames("a/b", 60, changed, (path) => {
      paths.push(path);
      return Promise.resolve(Array.from({ length: 100 }, (_, i) => frame(i)));
    });
    expect(frames.at(1.0, 0.1)).toBeNull();
    await Promise.resolve();
    expect(frames.at(1.0, 0.1)?.t_utc_ms).toBe(10);
    expect(paths).toEqual(["/recordings/a%2Fb/pictures?from_s=0&to_s=10&step_s=0.1"]);
    frames.at(6.0, 0.1);
    frames.at(6.1, 0.1);
    expect(paths.length).toBe(2);
    expect(paths[1]).toContain("from_s=10&to_s=20");
    expect(changed).toHaveBeenCalled();
  });

  it("that could not be had are told, and asked for again only when wanted", async () => {
    let n = 0;
    const frames = new Frames("a", 60, () => undefined, () => {
      n += 1;
      return Promise.reject(new Error("gone"));
    });
    frames.at(0, 0.1);
    await Promise.resolve();
    await Promise.resolve();
    frames.at(0, 0.1);
    expect(frames.errorAt(0, 0.1)).toBeInstanceOf(Error);
    expect(n).toBe(1);
    frames.again();
    frames.at(0, 0.1);
    expect(n).toBe(2);
  });

  it("lie further apart when time runs fast", () => {
    expect(stepOf(1)).toBe(0.1);
    expect(stepOf(16)).toBeCloseTo(0.8);
  });
});
