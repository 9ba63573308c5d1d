import { useMemo, useState } from "react";
import { t, word } from "../../i18n";
import { useLive } from "../../live/state";
import { Axes, type Frame, plotSpans, useWidth } from "../evidence/chart/Axes";
import { percentText } from "../../parts/incidents/figures";
import { linear, logOdds, P_TICKS, type Span, spanOf } from "../evidence/chart/scale";
import { momentText } from "../evidence/moment";
import { DAY_MS, dayTicks } from "./days";
import { charted, distinct, middle, type WalkTest } from "./walks";

/** How surely the reference object was found, walk by walk, over months. */
export function WalkChart({ tests }: { readonly tests: readonly WalkTest[] }) {
  const [object, setObject] = useState("");
  const [zone, setZone] = useState("");
  const walks = useMemo(() => charted(tests, object, zone), [tests, object, zone]);
  const base = middle(walks);
  const missed = walks.filter((one) => !one.isFound).length;
  return (
    <div className="stack">
      <div className="row">
        <Choice name={t("walk.object")} value={object} values={distinct(tests.map((one) => one.reference_object))} onChange={setObject} />
        <Choice name={t("walk.zone")} value={zone} values={distinct(tests.map((one) => one.zone))} onChange={setZone} words="zone" />
      </div>
      {walks.length === 0 ? (
        <p className="dim">{t("walk.none")}</p>
      ) : (
        <>
          <Points walks={walks} base={base} />
          <p>
            ● {t("walk.found_n", { n: walks.length - missed })} · ✕ {t("walk.missed_n", { n: missed })} ·{" "}
            {base === null ? t("walk.too_few", { n: walks.length }) : t("walk.base")}
          </p>
          <p className="dim">{t("walk.drift")}</p>
        </>
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly onChange: (value: string) => void;
  readonly words?: string;
}

function Choice({ name, value, values, onChange, words }: ChoiceProps) {
  if (values.length < 2) return null;
  return (
    <label className="row">
      {name}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t("walk.all")}</option>
        {values.map((one) => (
          <option key={one} value={one}>
            {words === undefined ? one : word(words, one)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface PointsProps {
  readonly walks: ReturnType<typeof charted>;
  readonly base: number | null;
}

function Points({ walks, base }: PointsProps) {
  const [box, width] = useWidth();
  const [isOpen, setOpen] = useState(false);
  const pAlarm = useLive((live) => live.health?.operating_point.p_alarm ?? null);
  const height = 240;
  const { across, up } = plotSpans(width, height);
  const days: Span = spanOf(walks.map((one) => one.t_ms / DAY_MS)) ?? [0, 1];
  const odds = walks.map((one) => logOdds(one.p));
  const [low, high] = spanOf([...odds, ...(pAlarm === null ? [] : [logOdds(pAlarm)])]) ?? [-1, 1];
  const ys: Span = [low - 0.8, high + 0.4];
  const frame: Frame = { width, height, x: linear(days, across), y: linear(ys, up) };
  return (
    <figure className="chart" ref={box}>
      <svg width={width} height={height} role="img" aria-label={t("walk.chart_of", { n: walks.length })}>
        <Axes
          frame={frame}
          xLabel={t("walk.day")}
          yLabel={t("ledger.probability")}
          xTicks={dayTicks(days, width)}
          yTicks={P_TICKS.filter((p) => logOdds(p) >= ys[0] && logOdds(p) <= ys[1]).map((p) => ({ at: logOdds(p), text: percentText(p) }))}
        />
        {pAlarm !== null && (
          <g className="ledger-limit">
            <line x1={across[0]} x2={across[1]} y1={frame.y(logOdds(pAlarm))} y2={frame.y(logOdds(pAlarm))} />
            <text x={across[0] + 6} y={frame.y(logOdds(pAlarm)) + 15}>
              {t("ledger.limit", { p: percentText(pAlarm) })}
            </text>
          </g>
        )}
        {base !== null && <line className="chart-level" x1={across[0]} x2={across[1]} y1={frame.y(base)} y2={frame.y(base)} />}
        {walks.map((one, row) => {
          const [x, y] = [frame.x(one.t_ms / DAY_MS), frame.y(odds[row] ?? 0)];
          return one.isFound ? (
            <circle key={row} className="walk-point" cx={x} cy={y} r="3.5" />
          ) : (
            <path key={row} className="walk-point missed" d={`M${x - 5} ${y - 5}l10 10m0 -10l-10 10`} />
          );
        })}
      </svg>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t("chart.table")}</summary>
        {isOpen && (
          <div className="chart-table" tabIndex={0} role="region" aria-label={t("walk.chart")}>
            <table className="number">
              <tbody>
                {walks.map((one, row) => (
                  <tr key={row}>
                    <th scope="row">{momentText(one.t_ms)}</th>
                    <td>{percentText(one.p)}</td>
                    <td>{one.isFound ? t("walk.result.right") : t("walk.result.missed")}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </details>
    </figure>
  );
}
