// @vitest-environment jsdom
import { afterEach, expect, test } from "vitest";
import { currentLanguage, setLanguage, t, TURNED } from ".";

afterEach(() => setLanguage("en"));

test("a seat set to the turned-round language is written from right to left, and back again", () => {
  setLanguage(TURNED);
  expect(document.documentElement.dir).toBe("rtl");
  expect(currentLanguage()).toBe(TURNED);
  setLanguage("de");
  expect(document.documentElement.dir).toBe("ltr");
});

test("its words are turned, its figures and what stands in them are not", () => {
  setLanguage(TURNED);
  const said = t("age.seconds", { seconds: 12.5 });
  expect(said).toContain("12.5");
  expect(said).toMatch(/\u202eold\u202c/);
  // Without the marks it is the English words again, whole.
  setLanguage("en");
  expect(said.replace(/[\u200f\u202e\u202c\u2068\u2069]/g, "")).toBe(t("age.seconds", { seconds: 12.5 }));
});

test("what is counted has the form that goes with its number, in every language", () => {
  const said = (n: number): string => t("time.live_waits", { n });
  expect([1, 2].map(said)).toEqual(["LIVE: 1 request waits unacknowledged", "LIVE: 2 requests wait unacknowledged"]);
  setLanguage("ru");
  expect([1, 3, 5, 21].map(said)).toEqual([
    "СЕЙЧАС: 1 запрос ждёт подтверждения", "СЕЙЧАС: 3 запроса ждут подтверждения",
    "СЕЙЧАС: 5 запросов ждут подтверждения", "СЕЙЧАС: 21 запрос ждёт подтверждения",
  ]);
  setLanguage("fr");
  expect(t("plan.count.not_screened", { n: 0 })).toBe("non contrôlé");
  expect(t("plan.count.not_screened", { n: 2 })).toBe("non contrôlés");
  setLanguage(TURNED);
  expect(said(2).replace(/[\u200f\u202e\u202c\u2068\u2069]/g, "")).toBe("LIVE: 2 requests wait unacknowledged");
});
