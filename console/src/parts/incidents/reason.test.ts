import { afterEach, expect, test } from "vitest";
import { LANGUAGES, type Language, setLanguage } from "../../i18n";
import { reasons } from "../../i18n/reasons";
import { isAsSaid, reasonWords } from "./reason";

afterEach(() => setLanguage("en"));

const parts = [
  { code: "fit_layer", values: { zone: "torso_front", thin: "26", thick: "57", low: "2.7", high: "4.2", level: "90" } },
  { code: "looks", values: { n: "5" } },
];

test("a reason is told in the seat's language, with its zone and its figures", () => {
  setLanguage("de");
  const said = reasonWords(parts, "torso front: …");
  expect(said).toContain("dielektrische Auffälligkeit: 26 bis 57 mm");
  expect(said).toContain("(Messungen: 5)");
  expect(said).not.toMatch(/[{}]/);
  expect(isAsSaid(parts)).toBe(false);
});

test("what is not known stays as it was said, whole", () => {
  setLanguage("fr");
  const unknown = [...parts, { code: "of_a_later_version", values: {} }];
  expect(reasonWords(unknown, "all in English")).toBe("all in English");
  expect(reasonWords([], "a laboratory's own words")).toBe("a laboratory's own words");
  expect(reasonWords(undefined, "kept before")).toBe("kept before");
  expect(isAsSaid(undefined)).toBe(true);
});

test("every language has the same figures in every sentence", () => {
  const figures = (words: string): string[] => [...words.matchAll(/\{\w+\}/g)].map((one) => one[0]).sort();
  for (const key of Object.keys(reasons.en) as (keyof typeof reasons.en)[]) {
    for (const one of Object.keys(LANGUAGES) as Language[]) {
      expect(figures(reasons[one][key]), `${one} ${key}`).toEqual(figures(reasons.en[key]));
    }
  }
});
