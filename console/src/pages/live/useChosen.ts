import { useEffect, useState } from "react";
import type { IncidentOut } from "../../api/types";

export interface Chosen {
  readonly incidentId: string | null;
  readonly trackId: number | null;
  readonly followed: number | null;
  readonly choose: (incidentId: string | null) => void;
  readonly chooseTrack: (trackId: number | null) => void;
  readonly follow: (trackId: number | null) => void;
}

/** Which incident and which person are looked at. Nothing new ever takes the place of what is. */
export function useChosen(walk: readonly string[], incidents: ReadonlyMap<string, IncidentOut>): Chosen {
  const [incidentId, setIncident] = useState<string | null>(null);
  const [wasLeft, setLeft] = useState(false);
  const [track, setTrack] = useState<number | null>(null);
  const [followed, setFollowed] = useState<number | "chosen" | null>(null);
  const incident = incidentId === null ? undefined : incidents.get(incidentId);
  const first = walk[0] ?? null;

  // Where nothing is looked at, the most urgent is; who pressed Escape wants none, until a new one.
  useEffect(() => {
    if (incidentId === null && first !== null && !wasLeft) setIncident(first);
  }, [incidentId, first, wasLeft]);
  useEffect(() => setLeft(false), [first]);
  useEffect(() => {
    if (incidentId !== null && incident === undefined) setIncident(null);
  }, [incidentId, incident]);

  const trackId = track ?? incident?.track_id ?? null;
  return {
    incidentId,
    trackId,
    followed: followed === "chosen" ? trackId : followed,
    choose: (id) => {
      setLeft(id === null);
      setIncident(id);
      setTrack(null);
      if (id === null) setFollowed(null);
    },
    chooseTrack: (id) => {
      const of = id === null ? undefined : [...incidents.values()].find((one) => one.track_id === id && one.state !== "closed");
      if (of !== undefined) {
        setIncident(of.incident_id);
        setTrack(null);
      } else setTrack(id);
    },
    // Following the person of an incident goes on when their number changes.
    follow: (id) => setFollowed(id !== null && id === trackId && track === null ? "chosen" : id),
  };
}
