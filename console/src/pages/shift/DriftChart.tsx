import type { CalibrationOut } from "../../api/types";
import { t } from "../../i18n";
import { Axes, plotSpans, useWidth } from "../evidence/chart/Axes";
import { numberText, spanOf, ticks } from "../evidence/chart/scale";
import { momentText } from "../evidence/moment";
import { DAY_MS, dayFrame, dayText, dayTicks } from "./days";
import { LazyTable } from "./LazyTable";
import { DayMark } from "./SumChart";

const HEIGHT = 220;

interface Props {
  readonly chart: CalibrationOut;
  readonly words: string;
  /** Shifts that the others are compared with: drawn apart. */
  readonly nBase: number;
}

/** Shift by shift, how far what a sensor says of people without an alarm lies off, with intervals. */
export function DriftChart({ chart, words, nBase }: Props) {
  const [box, width] = useWidth();
  const plot = plotSpans(width, HEIGHT);
  const [low, high] = spanOf([...chart.low, ...chart.high, -0.5, 0.5]) ?? [-1, 1];
  const { frame, days } = dayFrame(chart.t_utc_ms, [low, high], width, HEIGHT, plot);
  const { across, up } = plot;
  return (
    <figure className="chart" ref={box}>
      <svg width={width} height={HEIGHT} role="img" aria-label={`${t("drift.chart_of", { n: chart.off.length })} ${words}`}>
        <Axes
          frame={frame}
          xLabel={t("drift.shift")}
          yLabel={t("drift.off")}
          xTicks={dayTicks(days, width)}
          yTicks={ticks([low, high], 4).map((one) => ({ at: one, text: numberText(one) }))}
        />
        <line className="chart-level" x1={across[0]} x2={across[1]} y1={frame.y(0)} y2={frame.y(0)} />
        {chart.since_utc_ms !== null && <DayMark x={frame.x(chart.since_utc_ms / DAY_MS)} up={up} words={t("control.since", { day: dayText(chart.since_utc_ms) })} right={across[1]} />}
        {chart.t_utc_ms.map((one, row) => {
          const x = frame.x(one / DAY_MS);
          return (
            <g key={one} className={row < nBase ? "drift-point is-base" : "drift-point"}>
              <line x1={x} x2={x} y1={frame.y(chart.low[row] ?? 0)} y2={frame.y(chart.high[row] ?? 0)} />
              <circle cx={x} cy={frame.y(chart.off[row] ?? 0)} r="2.5" />
            </g>
          );
        })}
      </svg>
      <LazyTable name={t("drift.title")}>
        {() =>
          chart.t_utc_ms.map((one, row) => (
            <tr key={one}>
              <th scope="row">{momentText(one)}</th>
              <td>{t("drift.people", { n: chart.n[row] ?? 0 })}</td>
              <td>
                {numberText(chart.off[row] ?? NaN)} ({numberText(chart.low[row] ?? NaN)} – {numberText(chart.high[row] ?? NaN)})
              </td>
            </tr>
          ))
        }
      </LazyTable>
    </figure>
  );
}
