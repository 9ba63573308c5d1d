import { afterEach, expect, test } from "vitest";
import { beside, fixed, setLanguage, t } from ".";

afterEach(() => setLanguage("en"));

test("figures have the language's own mark", () => {
  expect(fixed(-3.25, 1)).toBe("-3.3");
  setLanguage("de");
  expect(fixed(1234.5, 1)).toBe("1234,5");
  expect(t("age.seconds", { seconds: fixed(3, 1) })).toContain("3,0");
  setLanguage("ar-XB");
  expect(fixed(0.5, 2)).toBe("0.50");
});

test("coordinates stay apart where the mark is a comma", () => {
  expect(beside([3.41, -5.6], 1)).toBe("3.4, -5.6");
  setLanguage("ru");
  expect(beside([3.41, -5.6], 1)).toBe("3,4; -5,6");
});

test("a figure of the service among its words is written so, an address is not", () => {
  setLanguage("fr");
  expect(t("age.seconds", { seconds: "2.5" })).toContain("2,5");
  expect(t("age.seconds", { seconds: 2.5 })).toContain("2,5");
  expect(t("age.seconds", { seconds: "10.0.0.1" })).toContain("10.0.0.1");
});
