// @vitest-environment node
import { describe, expect, it } from "vitest";
import { nChanged, step } from "./useSiteDraft";

const empty = { past: [], text: null, future: [] };

describe("the way of a draft", () => {
  it("can be gone back and forth", () => {
    let history = step(empty, { to: "a", joins: true });
    history = step(history, { to: "b", joins: false });
    history = step(history, { to: "c", joins: false });
    history = step(history, "undo");
    expect(history).toEqual({ past: ["a"], text: "b", future: ["c"] });
    expect(step(history, "redo").text).toBe("c");
    expect(step(history, { to: "d", joins: false }).future).toEqual([]);
    expect(step(step(history, "undo"), "undo").text).toBe("a");
  });

  it("takes a drag for one step", () => {
    let history = step(empty, { to: "a", joins: true });
    history = step(history, { to: "b", joins: false });
    for (const to of ["c", "d", "e"]) history = step(history, { to, joins: true });
    expect(step(history, "undo").text).toBe("a");
  });

  it("counts rows that differ", () => {
    expect(nChanged("a\nb\nc", "a\nb\nc")).toBe(0);
    expect(nChanged("a\nB\nc\nd", "a\nb\nc")).toBe(2);
  });
});
