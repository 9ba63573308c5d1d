import type { ControlOut } from "../../api/types";
import { t } from "../../i18n";
import { Axes, plotSpans, useWidth } from "../evidence/chart/Axes";
import { numberText } from "../evidence/chart/scale";
import { momentText } from "../evidence/moment";
import { DAY_MS, dayFrame, dayText, dayTicks } from "./days";
import { LazyTable } from "./LazyTable";

const HEIGHT = 220;
const TICKS: readonly number[] = [0, 0.5, 1, 1.5, 2];

/** The sum of one control chart along the walks, with its limit. */
export function SumChart({ chart, words }: { readonly chart: ControlOut; readonly words: string }) {
  const [box, width] = useWidth();
  const plot = plotSpans(width, HEIGHT);
  const top = Math.max(1.2, ...chart.sums.map((one) => one + 0.1));
  const { frame, days } = dayFrame(chart.t_utc_ms, [0, top], width, HEIGHT, plot);
  const { across, up } = plot;
  const at = (row: number): [number, number] => [frame.x((chart.t_utc_ms[row] ?? 0) / DAY_MS), frame.y(chart.sums[row] ?? 0)];
  const limitY = frame.y(1);
  return (
    <figure className="chart" ref={box}>
      <svg width={width} height={HEIGHT} role="img" aria-label={`${t("control.chart_of", { n: chart.sums.length })} ${words}`}>
        <Axes
          frame={frame}
          xLabel={t("walk.day")}
          yLabel={t("control.of_limit")}
          xTicks={dayTicks(days, width)}
          yTicks={TICKS.filter((one) => one <= top).map((one) => ({ at: one, text: numberText(one) }))}
        />
        <g className="ledger-limit">
          <line x1={across[0]} x2={across[1]} y1={limitY} y2={limitY} />
          <text x={across[0] + 6} y={limitY - 5}>
            {t("control.limit")}
          </text>
        </g>
        {chart.since_utc_ms !== null && <DayMark x={frame.x(chart.since_utc_ms / DAY_MS)} up={up} words={t("control.since", { day: dayText(chart.since_utc_ms) })} right={across[1]} />}
        {chart.restarted_utc_ms.map((one) => (
          <DayMark key={one} x={Math.max(across[0], Math.min(frame.x(one / DAY_MS), across[1]))} up={up} words={t("control.restarted")} right={across[1]} />
        ))}
        <path className="curve kind-0" d={chart.sums.map((_, row) => `${row === 0 ? "M" : "L"}${at(row).map((one) => one.toFixed(1)).join(" ")}`).join("")} />
        {chart.is_wrong.map((isWrong, row) => {
          if (!isWrong) return null;
          const [x, y] = at(row);
          return <path key={row} className="walk-point missed" d={`M${x - 3} ${y - 3}l6 6m0 -6l-6 6`} />;
        })}
      </svg>
      <LazyTable name={t("control.title")}>
        {() =>
          chart.sums.map((sum, row) => (
            <tr key={row}>
              <th scope="row">{momentText(chart.t_utc_ms[row] ?? 0)}</th>
              <td>{chart.is_wrong[row] === true ? `✕ ${t(chart.wrong === "missed" ? "walk.result.missed" : "control.spoke")}` : "✓"}</td>
              <td>{numberText(sum)}</td>
            </tr>
          ))
        }
      </LazyTable>
    </figure>
  );
}

interface MarkProps {
  readonly x: number;
  readonly up: readonly [number, number];
  readonly words: string;
  readonly right: number;
}

/** An upright line with words, to the side on which they have room. */
export function DayMark({ x, up, words, right }: MarkProps) {
  const isLate = x > right - 130;
  return (
    <g className="chart-mark">
      <line x1={x} x2={x} y1={up[0]} y2={up[1]} />
      <text x={isLate ? x - 4 : x + 4} y={up[1] + 10} textAnchor={isLate ? "end" : "start"}>
        {words}
      </text>
    </g>
  );
}
