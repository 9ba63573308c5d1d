import { useState } from "react";
import { t } from "../../i18n";
import { AgedPanel } from "../evidence/AgedPanel";
import { useKeys } from "../../parts/keys/keyList";
import { Problem } from "../../parts/Problem";
import "./audit.css";
import { EVERYTHING, type Filter } from "./audit";
import { AuditFilter } from "./AuditFilter";
import { AuditTable } from "./AuditTable";
import { useAudit } from "./useAudit";
import { Verification } from "./Verification";

/** Who did what and who looked at what, newest first, and whether the log is whole. */
export default function AuditPage() {
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const [chosen, setChosen] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const audit = useAudit(filter);
  const choose = (next: Filter): void => {
    setFilter(next);
    setChosen(0);
    setOpen(false);
  };
  const move = (by: number): void => setChosen((row) => Math.max(0, Math.min(row + by, audit.rows.length - 1)));
  useKeys(t("page.audit"), {
    j: { does: t("key.next_row"), run: () => move(1) },
    k: { does: t("key.last_row"), run: () => move(-1) },
    " ": { does: t("key.open_row"), run: () => setOpen((before) => !before) },
    l: { does: t("audit.looks"), run: () => choose({ ...EVERYTHING, what: "looks" }) },
    Escape: { does: t("audit.all"), run: () => choose(EVERYTHING) },
  });
  return (
    <div className="audit stack">
      <Verification />
      <AgedPanel title={t("audit.title")} at={audit.at}>
        <div className="stack">
          <p className="dim">◉ {t("audit.looking")}</p>
          <AuditFilter filter={filter} onChange={choose} onAgain={audit.again} />
          <Problem error={audit.error} />
          <AuditTable
            rows={audit.rows}
            chosen={chosen}
            isOpen={isOpen}
            onToggle={(row) => {
              setOpen(row !== chosen || !isOpen);
              setChosen(row);
            }}
            onAsk={choose}
          />
          {audit.rows.length === 0 && !audit.isBusy && <p className="dim">{t("audit.none")}</p>}
          {!audit.isLast && (
            <div>
              <button type="button" disabled={audit.isBusy} onClick={audit.more}>
                {t("audit.more")}
              </button>
            </div>
          )}
        </div>
      </AgedPanel>
    </div>
  );
}
