// The shift report as the service tells it, and spans of time to ask it for.

export interface Report {
  readonly from_utc_ms: number;
  readonly to_utc_ms: number;
  readonly n_incidents: number;
  readonly per_hour: number;
  readonly per_10_min: number;
  readonly target_per_10_min: number;
  readonly most_in_10_min: number;
  readonly by_priority: Readonly<Record<string, number>>;
  readonly by_disposition: Readonly<Record<string, number>>;
  readonly n_returned_unacknowledged: number;
  readonly n_escalated: number;
  readonly median_acknowledged_s: number | null;
  readonly slowest_acknowledged_s: number | null;
  readonly by_account: Readonly<Record<string, number>>;
  readonly still_open: readonly string[];
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export const HOUR_MS = 3_600_000;

/** Return the text that a field of local date and time holds. */
export function fieldText(utcMs: number): string {
  const at = new Date(utcMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Return the time in such a field; null where it holds none. */
export function fieldMs(text: string): number | null {
  const ms = new Date(text).getTime();
  return Number.isFinite(ms) ? ms : null;
}

/** Return the last hours, up to the end of this minute, so that what came just now is in it. */
export function lastHours(hours: number, nowMs: number): Span {
  const toMs = Math.ceil(nowMs / 60_000) * 60_000;
  return { fromMs: toMs - hours * HOUR_MS, toMs };
}

/** What an alarm rate is compared with; more than ten in ten minutes is a flood. */
export const FLOOD_IN_10_MIN = 10;

export type Pace = "within" | "above" | "flood";

export function paceOf(report: Report): Pace {
  if (report.most_in_10_min > FLOOD_IN_10_MIN) return "flood";
  return report.per_10_min > report.target_per_10_min ? "above" : "within";
}
