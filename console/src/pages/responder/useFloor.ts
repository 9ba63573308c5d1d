// What the floor needs of the live state, and how it is asked for when the live connection is not to be had.
import { useEffect, useSyncExternalStore } from "react";
import { ask } from "../../api/client";
import type { IncidentOut, IncidentsOut, PictureMessage } from "../../api/types";
import { liveState, setLive, useLive } from "../../live/state";
import { Delivery } from "./delivery";

const ASK_EVERY_MS = 4000;

/** Put a newer state of an incident in its place at once, before the live connection tells it. */
function take(incident: IncidentOut): void {
  const { incidents } = liveState();
  const known = incidents.get(incident.incident_id);
  if (known !== undefined && known.version > incident.version) return;
  setLive({ incidents: new Map(incidents).set(incident.incident_id, incident) });
}

/** One for as long as the page is loaded, so that what is on its way goes on whatever is looked at. */
export const delivery = new Delivery(take);

export function useDeeds() {
  return useSyncExternalStore(delivery.subscribe, delivery.all);
}

/** Some links carry requests and no live connection: then ask every few seconds. */
export function useAskedInstead(): boolean {
  const isOpen = useLive((live) => live.link === "open");
  useEffect(() => {
    if (isOpen) return;
    const gone = new AbortController();
    const look = async (): Promise<void> => {
      const [found, picture] = await Promise.all([
        ask<IncidentsOut>("/incidents", { signal: gone.signal }),
        ask<PictureMessage>("/picture", { signal: gone.signal }),
      ]);
      if (liveState().link === "open") return;
      const incidents = new Map(found.incidents.map((one) => [one.incident_id, one]));
      const now = performance.now();
      setLive({ incidents, overview: found.overview, picture, pictureAt: now, offsetMs: picture.now_utc_ms - Date.now() });
    };
    // What is shown stays, and says how old it is.
    const timer = setInterval(() => void look().catch(() => undefined), ASK_EVERY_MS);
    return () => {
      clearInterval(timer);
      gone.abort();
    };
  }, [isOpen]);
  return !isOpen;
}
