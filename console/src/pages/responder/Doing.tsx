import { useEffect, useState } from "react";
import type { Act, IncidentOut } from "../../api/types";
import { t } from "../../i18n";
import { clockText } from "../../parts/clock";
import { FoundDialog } from "./FoundDialog";
import { delivery, useDeeds } from "./useFloor";

interface Props {
  readonly incident: IncidentOut;
  readonly me: string;
}

const SURE_MS = 4000;

/** What has been said since the way began; accepting anew begins anew. */
const SAID: Readonly<Record<string, "responder.act.reached" | "responder.act.found" | null>> = {
  accept: null,
  reached: "responder.act.reached",
  found: "responder.act.found",
};

/** What a responder can say, in large buttons: the next step is the first one. */
export function Doing({ incident, me }: Props) {
  const [isFinding, setFinding] = useState(false);
  const deeds = useDeeds();
  const isUnderWay = deeds.some(
    (one) => one.incidentId === incident.incident_id && (one.standing === "sending" || one.standing === "waiting"),
  );
  const can = (act: Act): boolean => incident.possible.includes(act) && !isUnderWay;
  const act = (what: Act, text = ""): void => {
    void delivery.act(incident.incident_id, { act: what, text });
  };

  if (incident.responder !== me) {
    return (
      <div className="responder-doing">
        {incident.responder !== "" && <p>{t("responder.taken", { who: incident.responder })}</p>}
        {incident.responder === "" && (
          <button type="button" className="big primary" disabled={!can("accept")} onClick={() => act("accept")}>
            ✓ {t("responder.act.accept")}
          </button>
        )}
      </div>
    );
  }
  const last = incident.history.findLast((one) => one.by === me && one.what in SAID);
  const said = SAID[last?.what ?? ""] ?? null;
  return (
    <div className="responder-doing">
      {last !== undefined && said !== null ? (
        <p>
          ✓ {t(said)} <span className="number">{clockText(last.t_utc_ms, "local")}</span>
        </p>
      ) : (
        <button type="button" className="big primary" disabled={!can("reached")} onClick={() => act("reached")}>
          ◎ {t("responder.act.reached")}
        </button>
      )}
      <div className="responder-three">
        <SureButton act="nothing_found" sign="○" isEnabled={can("nothing_found")} onSure={() => act("nothing_found")} />
        <button type="button" className="big danger" disabled={!can("found")} onClick={() => setFinding(true)}>
          ! {t("responder.act.found")}
        </button>
        <SureButton act="lost" sign="?" isEnabled={can("lost")} onSure={() => act("lost")} />
      </div>
      {isFinding && <FoundDialog onClose={() => setFinding(false)} onSay={(text) => act("found", text)} />}
    </div>
  );
}

interface SureProps {
  readonly act: "nothing_found" | "lost";
  readonly sign: string;
  readonly isEnabled: boolean;
  readonly onSure: () => void;
}

/** Twice, because a thumb slips and this ends the search. */
function SureButton({ act, sign, isEnabled, onSure }: SureProps) {
  const [isAsked, setAsked] = useState(false);
  useEffect(() => {
    if (!isAsked) return;
    const timer = setTimeout(() => setAsked(false), SURE_MS);
    return () => clearTimeout(timer);
  }, [isAsked]);
  return (
    <button
      type="button"
      className={isAsked ? "big is-asked" : "big"}
      disabled={!isEnabled}
      onClick={() => {
        setAsked(!isAsked);
        if (isAsked) onSure();
      }}
    >
      {sign} {t(isAsked ? `responder.again.${act}` : `responder.act.${act}`)}
    </button>
  );
}
