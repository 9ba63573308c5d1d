import type { Why } from "../../../api/types";
import { t } from "../../../i18n";
import { clockText } from "../../../parts/clock";
import { Axes, type Frame, plotSpans, useWidth } from "../chart/Axes";
import { percentText } from "../../../parts/incidents/figures";
import { linear, logOdds, P_TICKS, type Span, ticks } from "../chart/scale";

interface Props {
  readonly why: Why;
  readonly pAlarm: number | null;
  /** Number of the step that is looked at. */
  readonly chosen: number | null;
  readonly onChoose: (step: number) => void;
}

/** How the probability moved, look by look; log odds, so that equal evidence is an equal step. */
export function LedgerChart({ why, pAlarm, chosen, onChoose }: Props) {
  const [box, width] = useWidth();
  const height = 260;
  const { across, up } = plotSpans(width, height);
  const { steps, prior } = why;
  const firstMs = steps[0]?.t_utc_ms ?? why.t_utc_ms;
  const seconds = steps.map((one) => (one.t_utc_ms - firstMs) / 1000);
  const xs: Span = [-1, Math.max(1, ...seconds) + 1];
  const levels = [prior, ...steps.map((one) => one.p_after), ...(pAlarm === null ? [] : [pAlarm])].map(logOdds);
  const ys: Span = [Math.min(...levels) - 0.6, Math.max(...levels) + 0.6];
  const frame: Frame = { width, height, x: linear(xs, across), y: linear(ys, up) };
  const at = (p: number): number => frame.y(logOdds(p));
  const { lefts, radius } = apart(seconds.map(frame.x), across);
  let path = `M${across[0]} ${at(prior)}`;
  let before = prior;
  steps.forEach((step, row) => {
    path += `H${lefts[row] ?? 0}V${at(step.p_after)}`;
    before = step.p_after;
  });
  path += `H${across[1]}`;
  return (
    <figure className="chart" ref={box}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={t("ledger.chart", { from: percentText(prior), to: percentText(before), looks: steps.length })}
      >
        <Axes
          frame={frame}
          xLabel={t("ledger.seconds", { time: clockText(firstMs, "local") })}
          yLabel={t("ledger.probability")}
          xTicks={ticks(xs, 6).filter((one) => one >= 0).map((one) => ({ at: one, text: String(one) }))}
          yTicks={P_TICKS.filter((p) => logOdds(p) >= ys[0] && logOdds(p) <= ys[1]).map((p) => ({ at: logOdds(p), text: percentText(p) }))}
        />
        {pAlarm !== null && (
          <g className="ledger-limit">
            <line x1={across[0]} x2={across[1]} y1={at(pAlarm)} y2={at(pAlarm)} />
            <text x={across[1]} y={at(pAlarm) + 15} textAnchor="end">
              {t("ledger.limit", { p: percentText(pAlarm) })}
            </text>
          </g>
        )}
        <path className="curve kind-0" d={path} />
        {steps.map((step, row) => (
          <g
            key={step.number}
            className={step.number === chosen ? "ledger-step is-it" : "ledger-step"}
            transform={`translate(${lefts[row] ?? 0} ${at(step.p_after)})`}
            onClick={() => onChoose(step.number)}
          >
            <circle r={radius} />
            {radius >= 8 && (
              <text textAnchor="middle" dominantBaseline="central">
                {step.number}
              </text>
            )}
          </g>
        ))}
      </svg>
    </figure>
  );
}

const LEAST_APART = 24;

/** Looks at the same moment would hide each other: move them apart, as little as is needed. */
export function apart(lefts: readonly number[], [from, to]: Span): { readonly lefts: number[]; readonly radius: number } {
  const least = Math.min(LEAST_APART, (to - from) / (lefts.length + 1));
  const moved = [...lefts];
  for (let row = 1; row < moved.length; row += 1) {
    moved[row] = Math.max(moved[row] ?? from, (moved[row - 1] ?? from) + least);
  }
  let limit = to - least / 2;
  for (let row = moved.length - 1; row >= 0; row -= 1) {
    moved[row] = Math.min(moved[row] ?? to, limit);
    limit = (moved[row] ?? to) - least;
  }
  return { lefts: moved, radius: Math.max(3, Math.min(11, least / 2)) };
}
