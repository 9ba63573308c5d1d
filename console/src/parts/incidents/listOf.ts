// The list as it is shown: the service says the order, the shelf and the groups of a flood.
import type { IncidentOut, OverviewOut, Priority } from "../../api/types";

export type Line =
  | { readonly kind: "one"; readonly incident: IncidentOut }
  | { readonly kind: "group"; readonly id: string; readonly priority: Priority; readonly levelId: string; readonly members: readonly IncidentOut[]; readonly nNew: number };

export interface Listed {
  /** In which order j and k go through them. */
  readonly lines: readonly Line[];
  readonly shelved: readonly IncidentOut[];
  readonly closed: readonly IncidentOut[];
  readonly nOpen: number;
  readonly nNew: number;
}

const RANK: Readonly<Record<Priority, number>> = { high: 0, medium: 1, low: 2 };
const CLOSED_SHOWN = 20;

export function listed(incidents: ReadonlyMap<string, IncidentOut>, overview: OverviewOut | null): Listed {
  const shelvedIds = new Set(overview?.shelved ?? []);
  const known = (ids: readonly string[]): IncidentOut[] =>
    ids.map((id) => incidents.get(id)).filter((one) => one !== undefined);
  const ordered = known(overview?.order ?? []).filter((one) => one.state !== "closed");
  const there = new Set(ordered.map((one) => one.incident_id));
  // What the order does not know of yet is shown all the same: an alarm is never left out.
  for (const one of incidents.values()) {
    if (one.state !== "closed" && one.same_as === "" && !there.has(one.incident_id) && !shelvedIds.has(one.incident_id)) {
      ordered.push(one);
    }
  }
  const place = new Map((overview?.order ?? []).map((id, at) => [id, at]));
  const open = ordered.sort((a, b) => {
    const [first, second] = [place.get(a.incident_id), place.get(b.incident_id)];
    // Between two that the service has put in order, its order holds: it knows what comes first.
    return first === undefined || second === undefined ? byUrgency(a, b) : first - second;
  });
  const groupOf = new Map<string, number>();
  (overview?.is_flood === true ? overview.groups : []).forEach((group, n) => {
    for (const id of group.incident_ids) groupOf.set(id, n);
  });
  const lines: Line[] = [];
  const begun = new Set<number>();
  for (const incident of open) {
    const n = groupOf.get(incident.incident_id);
    const group = n === undefined ? undefined : overview?.groups[n];
    if (n === undefined || group === undefined) {
      lines.push({ kind: "one", incident });
    } else if (!begun.has(n)) {
      begun.add(n);
      const members = open.filter((one) => groupOf.get(one.incident_id) === n);
      const nNew = members.filter((one) => one.state === "new").length;
      lines.push({ kind: "group", id: `${group.priority}:${group.level_id}`, priority: group.priority, levelId: group.level_id, members, nNew });
    }
  }
  return {
    lines,
    shelved: known(overview?.shelved ?? []),
    closed: [...incidents.values()]
      .filter((one) => one.state === "closed")
      .sort((a, b) => b.changed_utc_ms - a.changed_utc_ms)
      .slice(0, CLOSED_SHOWN),
    nOpen: open.length,
    nNew: open.filter((one) => one.state === "new").length,
  };
}

/** Most urgent first, then who is not acknowledged, then the oldest; for what the service has not put in order yet. */
function byUrgency(a: IncidentOut, b: IncidentOut): number {
  return (
    RANK[a.priority] - RANK[b.priority] ||
    Number(a.state !== "new") - Number(b.state !== "new") ||
    a.opened_utc_ms - b.opened_utc_ms ||
    a.incident_id.localeCompare(b.incident_id)
  );
}

/** Ids that can be walked through with keys; of a group only where it is open. */
export function walkOf(lines: readonly Line[], openGroups: ReadonlySet<string>): string[] {
  return lines.flatMap((line) => {
    if (line.kind === "one") return [line.incident.incident_id];
    return openGroups.has(line.id) ? line.members.map((one) => one.incident_id) : [];
  });
}

export function stepFrom(walk: readonly string[], current: string | null, step: 1 | -1): string | null {
  if (walk.length === 0) return null;
  const at = current === null ? -1 : walk.indexOf(current);
  if (at < 0) return (step === 1 ? walk[0] : walk.at(-1)) ?? null;
  return walk[Math.min(Math.max(at + step, 0), walk.length - 1)] ?? null;
}

/** The number that people say to each other: of metro-000012 it is 12. */
export function shortName(incidentId: string): string {
  const digits = /(\d+)$/.exec(incidentId)?.[1];
  return digits === undefined ? incidentId : String(Number(digits));
}
