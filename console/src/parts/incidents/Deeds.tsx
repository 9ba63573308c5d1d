import { useEffect, useState } from "react";
import type { IncidentOut } from "../../api/types";
import { t, word } from "../../i18n";
import { Problem } from "../Problem";
import { useMe } from "../session";
import { type Deed, deedsFor, nextDeed } from "./acts";
import { DeedDialog } from "./DeedDialog";
import { isForPage } from "./keys";
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

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isForPage(event)) return;
      const deed = deeds.find((one) => one.key === event.key);
      if (deed === undefined) return;
      event.preventDefault();
      begin(deed);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });

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
