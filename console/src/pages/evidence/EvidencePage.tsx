import { useMemo } from "react";
import type { IncidentOut, IncidentsOut } from "../../api/types";
import { t } from "../../i18n";
import { useLive } from "../../live/state";
import { Problem } from "../../parts/Problem";
import { usePath } from "../../parts/route";
import { useAsk } from "../../parts/useAsk";
import "./evidence.css";
import { IncidentList } from "./IncidentList";
import { IncidentEvidence } from "./IncidentEvidence";

/** `/evidence` lists incidents; `/evidence/ID` shows what is known of one. */
export default function EvidencePage() {
  const chosen = decodeURIComponent(usePath().split("/")[2] ?? "");
  const live = useLive((state) => state.incidents);
  const asked = useAsk<IncidentsOut>("/incidents", live.size > 0 ? 0 : 10_000);
  const incidents = useMemo(() => newestFirst(live.size > 0 ? [...live.values()] : (asked.data?.incidents ?? [])), [live, asked.data]);
  const one = incidents.find((incident) => incident.incident_id === chosen);
  return (
    <div className={chosen === "" ? "evidence" : "evidence is-open"}>
      <IncidentList incidents={incidents} chosen={chosen} />
      <div className="evidence-of">
        {live.size === 0 && <Problem error={asked.error} />}
        {one !== undefined && <IncidentEvidence key={one.incident_id} incident={one} />}
        {one === undefined && chosen !== "" && !asked.isLoading && <p role="alert">{t("evidence.gone", { id: chosen })}</p>}
        {chosen === "" && <p className="dim">{t("evidence.choose")}</p>}
      </div>
    </div>
  );
}

function newestFirst(incidents: readonly IncidentOut[]): IncidentOut[] {
  return [...incidents].sort((a, b) => b.opened_utc_ms - a.opened_utc_ms);
}
