// Places on the plan with a name, for those who cannot point at it.
import type { Card, IncidentOut, Plan } from "../../api/types";
import { mayBeWithinM, type Place } from "./where";

export interface Spot extends Place {
  readonly levelId: string;
}

export interface NamedSpot extends Spot {
  readonly name: string;
  readonly role: string;
}

export function namedSpots(plan: Plan): readonly NamedSpot[] {
  return plan.lines.map((line) => ({
    name: line.line_id,
    role: line.role,
    levelId: line.level_id,
    x: ((line.from_site_m[0] ?? 0) + (line.to_site_m[0] ?? 0)) / 2,
    y: ((line.from_site_m[1] ?? 0) + (line.to_site_m[1] ?? 0)) / 2,
  }));
}

/** Where the person is, as far as is known now, and for how long nobody has seen them. */
export interface Whereabouts extends Spot {
  readonly unseenS: number;
  readonly withinM: number;
  readonly vx: number;
  readonly vy: number;
}

export function whereabouts(incident: IncidentOut, card: Card | undefined, cardAgeS: number, nowMs: number): Whereabouts {
  const unseenS = Math.max(card ? card.seen_s_ago + cardAgeS : (nowMs - incident.seen_utc_ms) / 1000, 0);
  return {
    x: card?.x_m ?? incident.x_site_m,
    y: card?.y_m ?? incident.y_site_m,
    levelId: incident.level_id,
    unseenS,
    withinM: mayBeWithinM(unseenS),
    vx: card?.vx_m_per_s ?? 0,
    vy: card?.vy_m_per_s ?? 0,
  };
}

/** Clothing by colour, where a service gives it; none does by itself. */
export function clothingOf(incident: IncidentOut, card: Card | undefined): string {
  for (const one of [card, incident] as const) {
    const said = (one as Readonly<Record<string, unknown>> | undefined)?.["clothing"];
    if (typeof said === "string" && said !== "") return said;
  }
  return "";
}
