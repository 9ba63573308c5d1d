// Which incidents concern somebody on the floor, and in which order.
import type { IncidentOut } from "../../api/types";

export type Share = "accepted" | "offered" | "nobodys" | "others";

const WORKED = new Set<IncidentOut["state"]>(["new", "acknowledged", "in_progress"]);
const ORDER: readonly Share[] = ["accepted", "offered", "nobodys", "others"];

export interface Mine {
  readonly incident: IncidentOut;
  readonly share: Share;
}

export function shareOf(one: IncidentOut, me: string): Share | null {
  if (!WORKED.has(one.state) || one.same_as !== "") return null;
  if (one.responder === me) return "accepted";
  if (one.shelved_until_utc_ms !== null) return null;
  if (one.offered_to === me) return "offered";
  return one.responder === "" ? "nobodys" : "others";
}

/** Mine first, then what is offered to me, then what nobody goes to; each as the service orders it. */
export function mineOf(incidents: Iterable<IncidentOut>, order: readonly string[], me: string): readonly Mine[] {
  const place = new Map(order.map((id, at) => [id, at]));
  const found: Mine[] = [];
  for (const incident of incidents) {
    const share = shareOf(incident, me);
    if (share !== null) found.push({ incident, share });
  }
  const rank = (one: Mine): number => ORDER.indexOf(one.share);
  const at = (one: Mine): number => place.get(one.incident.incident_id) ?? Infinity;
  return found.sort(
    (a, b) => rank(a) - rank(b) || compare(at(a), at(b)) || a.incident.opened_utc_ms - b.incident.opened_utc_ms,
  );
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
