// Days on the charts over months.
import { linear, type Span, spanOf, ticks } from "../evidence/chart/scale";
import type { Frame, Tick } from "../evidence/chart/Axes";

export const DAY_MS = 86_400_000;

/** Day and month in the seat's language; the year where it is another one than that of `nowMs`. */
export function dayText(utcMs: number, nowMs?: number): string {
  const isOtherYear = nowMs !== undefined && new Date(utcMs).getFullYear() !== new Date(nowMs).getFullYear();
  const year = isOtherYear ? ({ year: "numeric" } as const) : {};
  return new Intl.DateTimeFormat(document.documentElement.lang || "en", { day: "numeric", month: "short", ...year }).format(utcMs);
}

/** Round days along an axis; `across` is its span on the screen. */
export function dayTicks(days: Span, width: number): Tick[] {
  return ticks(days, width / 110).map((day) => ({ at: day, text: dayText(day * DAY_MS) }));
}

/** Return an upright frame over days; nothing stands on its upper or lower edge. */
export function dayFrame(timesMs: readonly number[], ys: Span, width: number, height: number, plot: { readonly across: Span; readonly up: Span }): { readonly frame: Frame; readonly days: Span } {
  const days = spanOf(timesMs.map((one) => one / DAY_MS)) ?? [0, 1];
  return { frame: { width, height, x: linear(days, plot.across), y: linear(ys, plot.up) }, days };
}
