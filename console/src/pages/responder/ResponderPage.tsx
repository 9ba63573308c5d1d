import { useEffect, useRef, useState } from "react";
import type { Plan } from "../../api/types";
import { t } from "../../i18n";
import { useLive } from "../../live/state";
import { go, usePath } from "../../parts/route";
import { useMe } from "../../parts/session";
import { useAsk } from "../../parts/useAsk";
import { CheckList } from "./CheckList";
import { DataAge } from "./DataAge";
import { mineOf } from "./mine";
import { OneCheck } from "./OneCheck";
import { useShellKept } from "./shellKept";
import { useAwake } from "./useAwake";
import { useAskedInstead } from "./useFloor";
import type { Spot } from "./spots";
import { useResponderKeys } from "./useResponderKeys";
import "../../parts/incidents/incidents.css";
import "./responder.css";

/** For somebody on the floor with a telephone: whom to go to, where, and what came of it. */
export default function ResponderPage() {
  const me = useMe().account_id;
  const path = usePath();
  const incidents = useLive((live) => live.incidents);
  const order = useLive((live) => live.overview?.order ?? NO_ORDER);
  const isThin = useAskedInstead();
  const install = useShellKept();
  const plan = useAsk<Plan>("/site").data;
  // Where I stand is told by me and forgotten with the page: the telephone is not located.
  const [here, setHere] = useState<Spot | null>(null);

  const list = mineOf(incidents.values(), order, me);
  const chosenId = decodeURIComponent(path.split("/")[2] ?? "");
  const chosen = chosenId === "" ? null : incidents.get(chosenId);
  useAwake(list.some((one) => one.share === "accepted"));
  useResponderKeys({ ids: list.map((one) => one.incident.incident_id), chosen: chosen ?? null, me });
  useOfferTold(list.filter((one) => one.share === "offered").map((one) => one.incident.incident_id));

  return (
    <div className="responder">
      <DataAge isThin={isThin} />
      {chosen === null ? (
        <CheckList list={list} here={here} install={install} />
      ) : chosen === undefined ? (
        <div className="responder-missing">
          <p>{t("responder.gone_from_list")}</p>
          <button type="button" className="big" onClick={() => go("/responder")}>
            ‹ {t("responder.back")}
          </button>
        </div>
      ) : (
        <OneCheck incident={chosen} me={me} plan={plan} here={here} onHere={setHere} />
      )}
    </div>
  );
}

const NO_ORDER: readonly string[] = [];

/** A telephone in a pocket is felt, not seen. */
function useOfferTold(offered: readonly string[]): void {
  const known = useRef<ReadonlySet<string>>(new Set());
  const names = offered.join("\n");
  useEffect(() => {
    const now = names === "" ? [] : names.split("\n");
    if (now.some((one) => !known.current.has(one)) && navigator.userActivation.hasBeenActive) navigator.vibrate?.([200, 100, 200]);
    known.current = new Set(now);
  }, [names]);
}
