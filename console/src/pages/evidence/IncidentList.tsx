import type { IncidentOut } from "../../api/types";
import { t, word } from "../../i18n";
import { clockText } from "../../parts/clock";
import { follow } from "../../parts/route";
import { percentText } from "../../parts/incidents/figures";

const SHAPES = { high: "▲", medium: "◆", low: "●" } as const;

export function IncidentList({ incidents, chosen }: { readonly incidents: readonly IncidentOut[]; readonly chosen: string }) {
  return (
    <nav className="panel evidence-list" aria-label={t("evidence.incidents")}>
      <h2>{t("evidence.incidents")}</h2>
      {incidents.length === 0 && <p className="dim">{t("evidence.no_incidents")}</p>}
      <ul>
        {incidents.map((one) => (
          <li key={one.incident_id}>
            <a
              href={`/evidence/${encodeURIComponent(one.incident_id)}`}
              onClick={follow}
              aria-current={one.incident_id === chosen ? "page" : undefined}
            >
              <span className={`priority ${one.priority}`}>
                {SHAPES[one.priority]} {word("priority", one.priority)}
              </span>
              <span className="number">{clockText(one.opened_utc_ms, "local")}</span>
              <span className="number">{percentText(one.p_threat)}</span>
              <span className="whole">
                {word("zone", one.zone ?? "none")} · {word("state", one.state)}
              </span>
              <span className="dim whole">{one.incident_id}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
