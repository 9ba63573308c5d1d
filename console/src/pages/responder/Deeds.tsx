import { useEffect } from "react";
import { type Key, t } from "../../i18n";
import { problemText } from "../../parts/Problem";
import type { Deed } from "./delivery";
import { delivery, useDeeds } from "./useFloor";

/** What became of what was pressed: on its way, arrived, refused. */
export function Deeds({ incidentId }: { readonly incidentId: string }) {
  const deeds = useDeeds();
  const mine = deeds.filter((one) => one.incidentId === incidentId);
  const isOnItsWay = deeds.some((one) => one.standing === "sending" || one.standing === "waiting");
  useEffect(() => {
    if (!isOnItsWay) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isOnItsWay]);
  return (
    <div aria-live="assertive">
      {mine.map((one) => (
        <Line key={one.key} deed={one} />
      ))}
    </div>
  );
}

function Line({ deed }: { readonly deed: Deed }) {
  const act = t(`responder.act.${deed.asked.act}` as Key);
  switch (deed.standing) {
    case "sending":
      return deed.tries > 1 ? <Waiting deed={deed} act={act} /> : <p className="responder-deed">… {t("responder.sending", { act })}</p>;
    case "waiting":
      return <Waiting deed={deed} act={act} />;
    case "done":
      return <p className="responder-deed is-done">✓ {t("responder.sent", { act })}</p>;
    case "refused":
      return (
        <p className="responder-deed is-refused">
          <span className="grow">✕ {t("responder.refused", { act, why: problemText(deed.error) })}</span>
          <button type="button" onClick={() => delivery.forget(deed.key)}>
            {t("responder.put_away")}
          </button>
        </p>
      );
  }
}

function Waiting({ deed, act }: { readonly deed: Deed; readonly act: string }) {
  return (
    <p className="responder-deed is-waiting">
      <span className="grow">⚠ {t("responder.waiting", { act, tries: deed.tries })}</span>
      <button type="button" onClick={() => delivery.forget(deed.key)}>
        {t("responder.take_back")}
      </button>
    </p>
  );
}
