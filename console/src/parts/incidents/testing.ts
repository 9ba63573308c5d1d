// Incidents for tests.
import type { IncidentOut } from "../../api/types";

export function incidentOf(incidentId: string, change: Partial<IncidentOut> = {}): IncidentOut {
  return {
    incident_id: incidentId, version: 1, subject: "person", state: "new", priority: "medium", reach: "followed",
    opened_utc_ms: 0, changed_utc_ms: 0, seen_utc_ms: 0, track_id: 1, level_id: "hall", x_site_m: 0, y_site_m: 0,
    zone: "waist", p_threat: 0.8, p_highest: 0.8, prior: 0.01, coverage: 0.5, sensors: ["mw"], reason_parts: [], reason: "because",
    exit_utc_ms: null, owner: "", offered_to: "", responder: "", escalations: 0, shelved_until_utc_ms: null,
    is_returned_unacknowledged: false, disposition: null, same_as: "", possible: ["acknowledge", "take", "note"],
    exercise: "", history: [], ...change,
  };
}
