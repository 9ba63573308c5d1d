// @vitest-environment jsdom
import { afterEach, expect, test } from "vitest";
import { asKnown, type Language, LANGUAGES, setLanguage } from "../i18n";
import { health } from "../i18n/health";
import { kept } from "../i18n/kept";
import { troubles } from "../i18n/troubles";
import { sensorSaid, troubleSaid } from "./said";

afterEach(() => setLanguage("en"));

const due = { part: "walk_test", text: "the last walk test was 9.5 h ago; one is due", text_parts: [{ code: "walk_due", values: { hours: "9.5" } }] };

test("a trouble is told in the seat's language, with its figures", () => {
  setLanguage("de");
  expect(troubleSaid(due)).toEqual({ words: "der letzte ist 9,5 h her; einer ist fällig", asSaid: "" });
});

test("a trouble whose sentence has no code says in every language what it means, and what was said", () => {
  for (const language of Object.keys(LANGUAGES) as Language[]) {
    setLanguage(language);
    const said = troubleSaid({ part: "store", text: "disk I/O error (10)", text_parts: [] });
    expect(said.words, language).not.toBe("");
    expect(said.asSaid).toBe("disk I/O error (10)");
  }
});

test("of a part that this console does not know, the service's own words stand alone", () => {
  expect(troubleSaid({ part: "of_later", text: "it hums", text_parts: [] })).toEqual({ words: "", asSaid: "it hums" });
});

test("what a library says by itself is not put into a sentence of another language", () => {
  setLanguage("ru");
  const said = sensorSaid({
    message: "its technology failed on a record (KeyError: 'x')",
    message_parts: [{ code: "failed_on_record", values: { error: "KeyError: 'x'" } }],
  });
  expect(said.words).toBe(health.ru["health.failed_on_record"]);
  expect(said.asSaid).toContain("KeyError");
});

test("every language has the same figures in every sentence, and none of what has no language", () => {
  const figures = (words: string): string[] => [...words.matchAll(/\{\w+\}/g)].map((one) => one[0]).sort();
  for (const part of [health, troubles, kept]) {
    for (const [key, english] of Object.entries(part.en)) {
      expect(figures(english), key).not.toContain("{error}");
      for (const one of Object.keys(LANGUAGES) as Language[]) {
        expect(figures((part[one] as Record<string, string>)[key] ?? ""), `${one} ${key}`).toEqual(figures(english));
      }
    }
  }
});

test("a fixed sentence of the service is known by its English text", () => {
  setLanguage("fr");
  expect(asKnown("audit_why", "an alarm was raised")).toBe("une alarme a été donnée");
  expect(asKnown("audit_why", "a person's own reason")).toBe("a person's own reason");
});
