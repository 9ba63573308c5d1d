import { useCallback, useEffect, useRef, useState } from "react";
import { ask } from "../../api/client";
import type { IncidentOut } from "../../api/types";
import { liveState, setLive } from "../../live/state";
import { type Deed, Keys, requestOf, type Said } from "./acts";

export const NOTHING_SAID: Said = { text: "", to: "", disposition: "", minutes: 10 };

export interface Acting {
  readonly busy: Deed | null;
  readonly error: unknown;
  /** Resolves to whether it was done; what is shown changes only when the service has said so. */
  readonly act: (deed: Deed, said?: Said) => Promise<boolean>;
  readonly forget: () => void;
}

/** Do things with an incident; a try that was not answered can be repeated and is done once. */
export function useActing(incidentId: string): Acting {
  const keys = useRef(new Keys());
  const isBusy = useRef(false);
  const [busy, setBusy] = useState<Deed | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => setError(null), [incidentId]);
  const act = useCallback(
    async (deed: Deed, said: Said = NOTHING_SAID): Promise<boolean> => {
      if (isBusy.current) return false;
      isBusy.current = true;
      setBusy(deed);
      setError(null);
      const sent = requestOf(incidentId, deed, said);
      try {
        takeAnswer(await ask<IncidentOut>(sent.path, { method: "POST", body: sent.body, key: keys.current.of(sent) }));
        keys.current.done();
        return true;
      } catch (problem) {
        setError(problem);
        return false;
      } finally {
        isBusy.current = false;
        setBusy(null);
      }
    },
    [incidentId],
  );
  return { busy, error, act, forget: useCallback(() => setError(null), []) };
}

/** What the service answered holds, unless something newer came meanwhile. */
export function takeAnswer(answer: IncidentOut): void {
  const { incidents } = liveState();
  const before = incidents.get(answer.incident_id);
  if (before !== undefined && before.version >= answer.version) return;
  setLive({ incidents: new Map(incidents).set(answer.incident_id, answer) });
}
