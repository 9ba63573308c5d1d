import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CalibrationOut, CalibrationsOut, ControlOut, WalkControl as Said } from "../../api/types";
import { LANGUAGES, setLanguage, type Language } from "../../i18n";
import { Calibrations } from "./Calibrations";
import { ageOf, binMiddles, controlWords, driftWords, toneOf } from "./control";
import { DAY_MS } from "./days";
import { WalkControl } from "./WalkControl";

const NOW = Date.UTC(2026, 10, 22, 12);
const control = (changes: Partial<ControlOut>): ControlOut => ({
  subject: "mw-south", technology: "microwave", wrong: "missed", standing: "as_commissioned", n_base: 20, n_base_wrong: 1, n_commissioned: 20,
  t_utc_ms: [NOW - 2 * DAY_MS, NOW - DAY_MS], is_wrong: [false, true], sums: [0, 0.4], restarted_utc_ms: [], since_utc_ms: null, n_since: 0, n_since_wrong: 0, told_after: 29.9,
  ...changes,
});
const drift = (changes: Partial<CalibrationOut>): CalibrationOut => ({
  sensor_id: "mw-south", technology: "microwave", calibration_id: "c-1", is_simulated: true, made_utc_ms: NOW - 90 * DAY_MS, expires_utc_ms: NOW + 90 * DAY_MS,
  standing: "as_calibrated", since_utc_ms: null, n_base: 21, t_utc_ms: [NOW - DAY_MS], n: [80], off: [0.1], low: [-0.1], high: [0.3],
  base_share: [0.5, 0.5], late_share: [0.4, 0.6], n_late: 800, mean_factor: 0.8, mean_factor_low: 0.7, mean_factor_high: 0.9, claims_too_much: false,
  ...changes,
});

function answer(body: unknown): void {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(body))));
}
const charted = (...charts: ControlOut[]): Said => ({ n_base_wanted: 20, false_signal_every_tests: 1095, charts });
const calibrated = (...charts: CalibrationOut[]): CalibrationsOut => ({
  now_utc_ms: NOW, n_base_wanted: 21, least_people: 30, shift_hours: 8, false_signal_every_shifts: 1095, told_days_before: 30, edges: [0], charts,
});

beforeEach(() => setLanguage("en"));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  setLanguage("en");
});

test("words say as it did, since when not, and that too few are too few", () => {
  expect(controlWords(control({}), 20, NOW)).toBe("detects as it did at commissioning.");
  const worse = control({ standing: "worse", since_utc_ms: Date.UTC(2026, 10, 12, 12), n_since: 9, n_since_wrong: 5 });
  expect(controlWords(worse, 20, NOW)).toBe("misses more than it did, since Nov 12: 5 of 9 walks.");
  const few = controlWords(control({ standing: "too_few", n_base: 7 }), 20, NOW);
  expect(few).toContain("7 of 20");
  expect(few).not.toContain("as it did");
  expect(controlWords({ ...worse, wrong: "false_answer" }, 20, NOW)).toContain("without the object more");
  expect(driftWords(drift({ standing: "too_few", n_base: 3 }), 21, NOW)).toContain("3 of 21");
  expect(driftWords(drift({ standing: "lower", since_utc_ms: worse.since_utc_ms }), 21, NOW)).toContain("less for a threat");
});

test("too few or nothing to say is never shown as well", () => {
  expect((["too_few", "says_nothing"] as const).map(toneOf)).toEqual(["unknown", "unknown"]);
  expect((["as_commissioned", "as_calibrated"] as const).map(toneOf)).toEqual(["ok", "ok"]);
  expect((["worse", "higher", "lower"] as const).map(toneOf)).toEqual(["bad", "bad", "bad"]);
});

test("the age of a calibration is told against its validity", () => {
  expect(ageOf(drift({}), NOW, 30)).toEqual({ share: 0.5, daysLeft: 90, isOver: false, tone: "ok" });
  expect(ageOf(drift({}), NOW + 75 * DAY_MS, 30).tone).toBe("bad");
  expect(ageOf(drift({}), NOW + 95 * DAY_MS, 30)).toEqual({ share: 1, daysLeft: -5, isOver: true, tone: "bad" });
  expect(binMiddles([-1, 0, 1])).toEqual([-1.5, -0.5, 0.5, 1.5]);
});

test("every state has words of its own in every language", () => {
  for (const language of Object.keys(LANGUAGES) as Language[]) {
    setLanguage(language);
    const said = (["missed", "false_answer"] as const).flatMap((wrong) =>
      (["too_few", "says_nothing", "as_commissioned", "worse"] as const).map((standing) => controlWords(control({ wrong, standing, since_utc_ms: NOW }), 20, NOW)),
    );
    expect(new Set(said).size).toBe(7); // too few is too few of either
    for (const words of said) expect(words).not.toMatch(/control\.|\{/);
  }
});

test("what is worse is shown first, and any other at a press", async () => {
  const worse = control({ subject: "mw-north", standing: "worse", since_utc_ms: NOW - DAY_MS, sums: [0.2, 1.3], n_since: 4, n_since_wrong: 3 });
  answer(charted(control({}), worse));
  render(<WalkControl />);
  expect((await screen.findByRole("heading", { level: 3 })).textContent).toContain("mw-north");
  expect(screen.getByRole("img").getAttribute("aria-label")).toContain("misses more than it did");
  fireEvent.click(screen.getByRole("button", { name: /mw-south/ }));
  expect(screen.getByRole("heading", { level: 3 }).textContent).toContain("mw-south");
  expect(screen.getByText(/1095 tests/).textContent).toContain("about 30 walks");
});

test("a chart with too few walks draws nothing and says so", async () => {
  answer(charted(control({ subject: "", technology: "", standing: "too_few", n_base: 3, sums: [], t_utc_ms: [], is_wrong: [], n_commissioned: 0, told_after: 0 })));
  render(<WalkControl />);
  expect((await screen.findAllByText(/Too few walks to say anything: 3 of 20/)).length).toBe(2);
  expect(screen.queryByRole("img")).toBeNull();
});

test("a calibration tells age and drift, and that it is simulated", async () => {
  answer(calibrated(drift({}), drift({ sensor_id: "mw-north", standing: "higher", since_utc_ms: NOW - DAY_MS, claims_too_much: true, mean_factor: 1.8 })));
  render(<Calibrations />);
  expect((await screen.findByRole("heading", { level: 3 })).textContent).toContain("mw-north");
  expect(screen.getByText(/claims more than the calibration allows/)).toBeTruthy();
  expect(screen.getAllByText(/valid for 90 more days · ◩ simulated/)).toHaveLength(2);
  fireEvent.click(screen.getByRole("button", { name: /mw-south/ }));
  expect(screen.getByText(/Mean factor of the last shifts 0.80/)).toBeTruthy();
});
