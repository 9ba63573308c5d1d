import type { IncidentOut, Plan } from "../../api/types";
import { t, word } from "../../i18n";
import { BodyFigure } from "../../parts/incidents/BodyFigure";
import { shortName } from "../../parts/incidents/listOf";
import { reasonWords } from "../../parts/incidents/reason";
import { PriorityChip } from "../../parts/incidents/signs";
import { go } from "../../parts/route";
import { Deeds } from "./Deeds";
import { Doing } from "./Doing";
import { clothingOf, type Spot } from "./spots";
import { useWhereabouts } from "./useWhereabouts";
import { Way, WhereTo } from "./WhereTo";

interface Props {
  readonly incident: IncidentOut;
  readonly me: string;
  readonly plan: Plan | null;
  readonly here: Spot | null;
  readonly onHere: (spot: Spot | null) => void;
}

/** One request: where to go, what to look at, what to say. */
export function OneCheck({ incident, me, plan, here, onHere }: Props) {
  const { place, card } = useWhereabouts(incident);
  const wears = clothingOf(incident, card);
  const zone = incident.zone === null ? t("zone.none_check_all") : word("zone", incident.zone);
  return (
    <article className="responder-one">
      <header className="responder-head">
        <button type="button" className="responder-back" aria-label={t("responder.back")} onClick={() => go("/responder")}>
          ‹
        </button>
        <div className="grow">
          <h1>{t(incident.subject === "thing" ? "responder.thing" : "responder.request")}</h1>
          <span className="dim number">{t("incident.number", { n: shortName(incident.incident_id) })}</span>
        </div>
        <PriorityChip priority={incident.priority} />
      </header>
      <div className="responder-top">
        <Way place={place} here={here} />
        <div className="responder-what">
          <BodyFigure zone={incident.zone} />
          <p className="responder-zone">{zone}</p>
        </div>
      </div>
      {wears !== "" && (
        <p className="responder-wears">
          {t("responder.wears")}{t("sign.colon")} <strong>{wears}</strong>
        </p>
      )}
      <WhereTo incident={incident} place={place} card={card} plan={plan} here={here} onHere={onHere} />
      <p className="responder-rule">{reasonWords(incident.reason_parts, incident.reason)}</p>
      <p className="dim responder-rule">{t("responder.procedures")}</p>
      <footer className="responder-foot">
        <Deeds incidentId={incident.incident_id} />
        <Doing incident={incident} me={me} />
      </footer>
    </article>
  );
}
