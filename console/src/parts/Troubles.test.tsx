// @vitest-environment jsdom
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TroubleOut } from "../api/types";
import { setLanguage } from "../i18n";
import { Troubles } from "./Troubles";

let place: HTMLDivElement;
let root: Root;

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  place = document.body.appendChild(document.createElement("div"));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
  setLanguage("en");
});

const due: TroubleOut = { part: "walk_test", text: "no walk test was made yet", text_parts: [{ code: "walk_none", values: {} }] };
const full: TroubleOut = { part: "store", text: "disk I/O error (10)", text_parts: [] };
const unknown: TroubleOut = { part: "hum", text: "it hums", text_parts: [] };

function shown(...troubles: TroubleOut[]): HTMLDivElement {
  act(() => root.render(<Troubles troubles={troubles} />));
  return place;
}

test("no trouble, no banner", () => {
  expect(shown().innerHTML).toBe("");
});

test("one that is known is told whole", () => {
  setLanguage("de");
  expect(shown(due).textContent).toBe("⚠ Gangtest: noch keiner gemacht");
  expect(place.querySelector("details")).toBeNull();
});

test("several take one line that names them, what loses data first; each is told when it is opened", () => {
  setLanguage("de");
  const summary = shown(due, unknown, full).querySelector("summary")?.textContent ?? "";
  expect(summary).toContain("3 Störungen");
  expect(summary.indexOf("Speicher")).toBeLessThan(summary.indexOf("Gangtest"));
  const rows = [...place.querySelectorAll("li")].map((one) => one.textContent ?? "");
  expect(rows).toHaveLength(3);
  expect(rows[0]).toContain("disk I/O error (10)");
  expect(rows[0]).toContain("In den Worten des Dienstes");
  expect(place.querySelector("[lang=en]")).not.toBeNull();
});

test("one of a part that this console does not know is shown in the service's own words", () => {
  expect(shown(unknown).textContent).toContain("it hums");
  expect(place.querySelector("details")).toBeNull();
});
