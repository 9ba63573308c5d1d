// Rows of the audit, and the questions that are asked of it.
import type { AuditRowOut } from "../../api/types";

export interface Filter {
  readonly who: string;
  readonly what: string;
  readonly ofWhat: string;
}

export const EVERYTHING: Filter = { who: "", what: "", ofWhat: "" };

/** What counts as somebody having looked at something. */
export const LOOKS: readonly string[] = ["evidence_seen", "replay_seen", "audit_seen", "privacy_seen", "evidence_exported", "audit_exported"];

/** The kinds of deeds, in groups; the service's own words, as they stand in the rows. */
export const KINDS: readonly (readonly [string, readonly string[]])[] = [
  ["looks", LOOKS],
  ["incidents", [
    "alarm_raised", "incident_opened", "incident_acknowledged", "incident_taken", "incident_handed_over",
    "incident_escalated", "incident_noted", "incident_shelved", "incident_unshelved", "incident_dismissed",
    "incident_resolved", "incident_closed", "public_alert_confirmed",
  ]],
  ["orders", [
    "stopped", "armed", "disarmed", "operating_point_proposed", "operating_point_confirmed",
    "operating_point_refused", "operating_point_changed", "walk_test_started", "walk_test_scored",
    "screening_declined", "exercise_started", "exercise_ended",
  ]],
  ["access", [
    "signed_in", "signed_out", "sign_in_refused", "refused", "account_added", "account_changed", "account_removed",
    "sensor_admitted", "sensor_refused", "sensor_credential_made", "sensor_credential_revoked",
  ]],
  ["service", [
    "service_started", "service_stopped", "settings_changed", "site_changed", "calibration_changed",
    "picture_restored", "overload", "clock_stepped", "evidence_written", "audit_sealed", "data_deleted",
    "backed_up", "restored",
  ]],
];

export const PAGE = 100;

export function auditPath(filter: Filter, before: number): string {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (before > 0) query.set("before", String(before));
  if (filter.who !== "") query.set("who", filter.who);
  if (filter.what !== "") query.set("what", filter.what);
  if (filter.ofWhat !== "") query.set("of_what", filter.ofWhat);
  return `/audit?${query.toString()}`;
}

/** Return the paths that a question needs: one kind can be asked for at a time. */
export function auditPaths(filter: Filter, before: number): string[] {
  const kinds = filter.what === "looks" ? LOOKS : [filter.what];
  return kinds.map((what) => auditPath({ ...filter, what }, before));
}

/**
 * Join pages of several kinds, newest first. Where one page was full, what is older than its end is
 * left out: other kinds may have rows there that are still to be asked for.
 */
export function joined(pages: readonly (readonly AuditRowOut[])[]): AuditRowOut[] {
  const end = Math.max(0, ...pages.filter((page) => page.length >= PAGE).map((page) => page[page.length - 1]?.seq ?? 0));
  return pages.flat().filter((row) => row.seq >= end).sort((a, b) => b.seq - a.seq);
}

export function isLast(pages: readonly (readonly AuditRowOut[])[]): boolean {
  return pages.every((page) => page.length < PAGE);
}
