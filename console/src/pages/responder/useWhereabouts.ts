import type { Card, IncidentOut } from "../../api/types";
import { useLive } from "../../live/state";
import { serviceNow, useTick } from "../../parts/clock";
import { whereabouts, type Whereabouts } from "./spots";

/** Where the person of an incident is now, from the newest picture there is. */
export function useWhereabouts(incident: IncidentOut): { readonly place: Whereabouts; readonly card: Card | undefined } {
  const now = useTick(500);
  const card = useLive((live) => live.picture?.cards.find((one) => one.incident_id === incident.incident_id));
  const pictureAt = useLive((live) => live.pictureAt);
  return { place: whereabouts(incident, card, (now - pictureAt) / 1000, serviceNow()), card };
}
