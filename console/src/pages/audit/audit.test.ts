import { expect, test } from "vitest";
import type { AuditRowOut } from "../../api/types";
import { auditPath, auditPaths, EVERYTHING, isLast, joined, KINDS, LOOKS, PAGE } from "./audit";

const row = (seq: number): AuditRowOut => ({
  seq, t_utc_ms: 0, who: "a", role: "", what: "evidence_seen", of_what: "", why: "", why_parts: [], body: {}, row_hash: "",
});
const rows = (from: number, n: number): AuditRowOut[] => Array.from({ length: n }, (_, k) => row(from - 2 * k));

test("a question says only what it asks", () => {
  expect(auditPath(EVERYTHING, 0)).toBe("/audit?limit=100");
  expect(auditPath({ who: "a b", what: "stopped", ofWhat: "x&y" }, 7)).toBe("/audit?limit=100&before=7&who=a+b&what=stopped&of_what=x%26y");
});

test("looks are asked for kind by kind", () => {
  expect(auditPaths({ ...EVERYTHING, what: "looks" }, 0)).toHaveLength(LOOKS.length);
  expect(auditPaths(EVERYTHING, 0)).toHaveLength(1);
});

test("joined pages leave no gap: what is older than a full page is asked for later", () => {
  const full = rows(1000, PAGE); // 1000 down to 802
  const few = [row(999), row(801), row(3)];
  const found = joined([full, few]).map((one) => one.seq);
  expect(found.slice(0, 3)).toEqual([1000, 999, 998]);
  expect(found[found.length - 1]).toBe(802);
  expect(isLast([full, few])).toBe(false);
  expect(joined([few]).map((one) => one.seq)).toEqual([999, 801, 3]);
  expect(isLast([few])).toBe(true);
});

test("no kind of deed stands in two groups", () => {
  const all = KINDS.flatMap(([, kinds]) => kinds);
  expect(new Set(all).size).toBe(all.length);
});
