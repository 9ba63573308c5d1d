import type { Why } from "../../../api/types";
import { fixed, t, word } from "../../../i18n";
import { clockText } from "../../../parts/clock";
import { factorText, percentText } from "../../../parts/incidents/figures";
import { reasonWords } from "../../../parts/incidents/reason";

interface Props {
  readonly why: Why;
  readonly chosen: number | null;
  readonly onChoose: (step: number) => void;
}

/** The same as the chart, in words: which look said what, and where that left the person. */
export function LedgerTable({ why, chosen, onChoose }: Props) {
  return (
    <table className="ledger-table">
      <thead>
        <tr>
          <th scope="col">{t("ledger.look")}</th>
          <th scope="col">{t("ledger.said")}</th>
          <th scope="col">{t("ledger.factor")}</th>
          <th scope="col">{t("ledger.after")}</th>
        </tr>
      </thead>
      <tbody>
        <tr className="dim">
          <td>{t("ledger.before")}</td>
          <td>{t("ledger.prior")}</td>
          <td />
          <td className="number">{percentText(why.prior)}</td>
        </tr>
        {why.steps.map((step) =>
          step.said.map((said, row) => (
            <tr
              key={`${step.number}-${row}`}
              className={[step.number === chosen ? "is-it" : "", row > 0 ? "goes-on" : ""].join(" ").trim() || undefined}
              aria-current={step.number === chosen && row === 0 ? true : undefined}
            >
              {row === 0 && (
                <td className="look-cell" rowSpan={step.said.length}>
                  <span className="look-name">
                    <button type="button" onClick={() => onChoose(step.number)} aria-label={t("ledger.choose", { number: step.number })}>
                      {step.number}
                    </button>
                    <span>
                      <strong>{step.sensor_id}</strong>
                      <br />
                      <span className="number dim">{clockText(step.t_utc_ms, "local")}</span>
                    </span>
                  </span>
                </td>
              )}
              <td className="said-cell">
                {reasonWords(said.reason_parts, said.reason) || word("zone", said.zone ?? "none")}
                {!said.counts && <em> · {t("ledger.counts_nothing")}</em>}
                {said.carried_from !== 0 && <em> · {t("ledger.carried", { track: said.carried_from })}</em>}
                {said.attachment < 0.9 && <em> · {t("ledger.attachment", { p: percentText(said.attachment) })}</em>}
              </td>
              <td className="number factor-cell">
                {factorText((said.log10_factor ?? NaN) * said.weight) ?? t("why.neither")}
                {said.counts && said.weight < 0.95 && <span className="dim">{t("ledger.weight", { weight: fixed(said.weight, 2) })}</span>}
              </td>
              {row === 0 && (
                <td className="number after" rowSpan={step.said.length}>
                  {percentText(step.p_after)}
                </td>
              )}
            </tr>
          )),
        )}
      </tbody>
    </table>
  );
}
