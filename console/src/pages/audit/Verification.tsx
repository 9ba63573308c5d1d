import { t } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { useAsk } from "../../parts/useAsk";
import { AgedPanel } from "../evidence/AgedPanel";

interface Verified {
  readonly is_whole: boolean;
  readonly n_rows: number;
  readonly problems: readonly string[];
}

/** Whether every row is as it was written; every row is read for it, so only when asked. */
export function Verification() {
  const asked = useAsk<Verified>("/audit/verification");
  const said = asked.data;
  return (
    <AgedPanel
      title={t("verify.title")}
      at={asked.at}
      tools={
        <button type="button" onClick={asked.again}>
          ↻ {t("verify.again")}
        </button>
      }
    >
      {asked.isLoading && <p className="dim">{t("verify.under_way")}</p>}
      {said?.is_whole === true && (
        <p className="verified">
          ✓ {t("verify.whole", { n: said.n_rows })} <span className="dim">{t("verify.limits")}</span>
        </p>
      )}
      {said?.is_whole === false && (
        <div className="verified broken" role="alert">
          <p>✕ {t("verify.broken", { n: said.problems.length, rows: said.n_rows })}</p>
          <ul>
            {said.problems.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </div>
      )}
      <Problem error={asked.error} />
    </AgedPanel>
  );
}
