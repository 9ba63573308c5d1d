import { useState } from "react";
import type { IncidentOut } from "../../api/types";
import { t, word } from "../../i18n";
import { Problem } from "../Problem";
import { useMe } from "../session";
import { useKeyPart } from "../keys/keyList";
import { useKeyPress } from "../keys/keys";
import { type Deed, DEEDS, deedsFor, nextDeed } from "./acts";
import { DeedDialog } from "./DeedDialog";
import { useActing } from "./useActing";

interface Props {
  readonly incident: IncidentOut;
  readonly names: readonly string[];
}

/** What can be done now, by button or by key; what comes next is the large one. */
export function Deeds({ incident, names }: Props) {
  const me = useMe();
  const acting = useActing(incident.incident_id);
  const [asked, setAsked] = useState<Deed | null>(null);
  const deeds = deedsFor(incident, me.permissions, me.account_id);
  const next = nextDeed(incident, deeds, me.account_id);

  const begin = (deed: Deed): void => {
    if (deed.form === "none") void acting.act(deed);
    else setAsked(deed);
  };

  useKeyPress((event) => {
    const deed = deeds.find((one) => one.key === event.key);
    if (deed !== undefined) begin(deed);
    return deed !== undefined;
  });
  const may = DEEDS.filter((deed) => deed.act !== "unshelve" && me.permissions.includes(deed.asks));
  useKeyPart(() => ({ title: t("live.card"), rows: may.map((deed) => [deed.key, word("act", deed.act)]) }));

  if (!me.permissions.includes("work_incidents")) return <p className="dim">{t("deed.only_look")}</p>;
  return (
    <div className="deeds">
      {asked === null && <Problem error={acting.error} />}
      <p className="hidden-words" role="status">{acting.busy === null ? "" : t("deed.sending")}</p>
      <div className="deed-buttons">
        {deeds.map((deed) => (
          <button
            key={deed.act}
            type="button"
            className={deed === next ? "primary deed-next" : ""}
            disabled={acting.busy !== null}
            aria-keyshortcuts={deed.key}
            onClick={() => begin(deed)}
          >
            {acting.busy === deed ? t("deed.sending") : word("act", deed.act)} <kbd>{deed.key}</kbd>
          </button>
        ))}
      </div>
      {asked !== null && (
        <DeedDialog
          key={`${incident.incident_id} ${asked.act}`}
          incident={incident}
          deed={asked}
          acting={acting}
          names={names}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}
