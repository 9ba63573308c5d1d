import type { Why } from "../../api/types";
import { t } from "../../i18n";
import { factorText, logOdds10, natural, percentText, waterfall } from "./figures";

interface Props {
  readonly why: Why;
  /** From which probability on a check is requested. */
  readonly pAlarm: number | null;
}

/** What each sensor contributed: from the base rate, step by step, to where it stands now. */
export function WaterfallView({ why, pAlarm }: Props) {
  const { bars, start, end, low, high } = waterfall(why);
  const threshold = pAlarm === null ? null : logOdds10(pAlarm);
  const from = Math.min(low, threshold ?? low) - 0.15;
  const to = Math.max(high, threshold ?? high) + 0.15;
  const at = (value: number): string => `${(100 * (value - from)) / (to - from)}%`;
  const base = natural(why.p_threat, why.prior);
  return (
    <table className="waterfall">
      <caption className="hidden-words">{t("why.waterfall")}</caption>
      <tbody>
        <tr>
          <th scope="row">{t("why.base")}</th>
          <td className="waterfall-track">
            <Threshold at={threshold === null ? null : at(threshold)} />
            <span className="waterfall-point" style={{ insetInlineStart: at(start) }} />
          </td>
          <td className="number">{base === null ? percentText(why.prior) : t("why.one_in", { n: base.oneIn })}</td>
        </tr>
        {bars.map((bar) => {
          const factor = factorText(bar.log10);
          const kind = factor === null ? "is-neither" : bar.log10 > 0 ? "is-for" : "is-against";
          return (
            <tr key={bar.sensorId}>
              <th scope="row">
                {bar.sensorId}{" "}
                <span className="dim number" title={t("why.looks", { n: bar.nLooks })}>
                  <span aria-hidden="true">({bar.nLooks})</span>
                  <span className="hidden-words">{t("why.looks", { n: bar.nLooks })}</span>
                </span>
              </th>
              <td className="waterfall-track">
                <Threshold at={threshold === null ? null : at(threshold)} />
                <span
                  className={`waterfall-bar ${kind}`}
                  style={{
                    insetInlineStart: at(Math.min(bar.from, bar.to)),
                    inlineSize: `${(100 * Math.abs(bar.to - bar.from)) / (to - from)}%`,
                  }}
                />
              </td>
              <td className="number">
                {bar.nNotCounted === bar.nLooks ? t("why.not_counted") : factor === null ? t("why.neither") : <><span aria-hidden="true">{bar.log10 > 0 ? "▲" : "▼"}</span> {factor}</>}
                <span className="hidden-words">{factor !== null && bar.nNotCounted < bar.nLooks && t(bar.log10 > 0 ? "why.more" : "why.less")}</span>
              </td>
            </tr>
          );
        })}
        <tr className="waterfall-sum">
          <th scope="row">{t("why.together")}</th>
          <td className="waterfall-track">
            <Threshold at={threshold === null ? null : at(threshold)} />
            <span className="waterfall-point is-end" style={{ insetInlineStart: at(end) }} />
          </td>
          <td className="number">{percentText(why.p_threat)}</td>
        </tr>
      </tbody>
    </table>
  );
}

/** From here on a check is requested. */
function Threshold({ at }: { readonly at: string | null }) {
  return at === null ? null : <span className="waterfall-threshold" style={{ insetInlineStart: at }} title={t("why.threshold")} />;
}
