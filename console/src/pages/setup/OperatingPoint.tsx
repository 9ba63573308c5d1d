import type { PointOut, ProposalOut } from "../../api/types";
import { t, word } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { useAsk } from "../../parts/useAsk";
import { percent } from "../time/thresholds";
import { ProposalForm } from "./ProposalForm";
import { ProposalRow } from "./ProposalRow";
import "./setup.css";

const ASK_EVERY_MS = 4000;

/** When a check is requested: changed by two people, never by one. */
export function OperatingPoint({ wanted }: { readonly wanted?: number }) {
  const point = useAsk<PointOut>("/operating-point", ASK_EVERY_MS);
  const asked = useAsk<readonly ProposalOut[]>("/operating-point/proposals", ASK_EVERY_MS);
  const again = (): void => {
    point.again();
    asked.again();
  };
  return (
    <div className="point">
      <section className="panel" aria-label={t("point.now")}>
        <h2>{t("point.now")}</h2>
        <Problem error={point.error ?? asked.error} />
        {point.data !== null && <PointWords point={point.data} />}
        <p className="dim">{t("point.rule")}</p>
      </section>
      {point.data !== null && <ProposalForm key={wanted} point={point.data} wanted={wanted} onProposed={again} />}
      <section className="panel point-all" aria-label={t("point.all")}>
        <h2>{t("point.all")}</h2>
        {asked.data?.length === 0 && <p className="dim">{t("point.none")}</p>}
        {asked.data?.map((one) => (
          <ProposalRow key={one.proposal_id} proposal={one} onDecided={again} />
        ))}
      </section>
    </div>
  );
}

export function PointWords({ point }: { readonly point: Pick<PointOut, "p_alarm" | "min_coverage" | "wanted_zones"> }) {
  return (
    <dl className="point-words">
      <div>
        <dt>{t("point.p_alarm")}</dt>
        <dd className="number">{percent(point.p_alarm)}</dd>
      </div>
      <div>
        <dt>{t("point.min_coverage")}</dt>
        <dd className="number">{percent(point.min_coverage)}</dd>
      </div>
      <div>
        <dt>{t("point.zones")}</dt>
        <dd>{point.wanted_zones.map((zone) => word("zone", zone)).join(", ")}</dd>
      </div>
    </dl>
  );
}
