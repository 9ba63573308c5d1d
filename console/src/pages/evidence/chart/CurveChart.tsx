import { useMemo, useState } from "react";
import { t } from "../../../i18n";
import { Axes, type Frame, plotSpans, useWidth } from "./Axes";
import { linear, numberText, spanOf, ticks } from "./scale";

export interface Curve {
  readonly name: string;
  readonly values: readonly number[];
  /** How it is drawn: a line of its own kind, so that colour alone never tells curves apart. */
  readonly kind: 0 | 1 | 2 | 3;
}

interface Props {
  readonly title: string;
  readonly xs: readonly number[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly curves: readonly Curve[];
  readonly marks?: readonly { readonly at: number; readonly name: string }[];
  readonly height?: number;
  /** A level to compare with, such as 0 of a residual. */
  readonly level?: number;
  /** One of many beside each other: no table, no legend, no name of the axis. */
  readonly isSmall?: boolean;
}

/** Curves over one axis: read by eye, with arrow keys, or as a table. */
export function CurveChart({ title, xs, xLabel, yLabel, curves, marks = [], height = 240, level, isSmall = false }: Props) {
  const [box, width] = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const { frame, xSpan, ySpan } = useMemo(() => {
    const { across, up } = plotSpans(width, height);
    const xSpan = spanOf(xs) ?? [0, 1];
    const ySpan = spanOf([...curves.flatMap((one) => one.values), ...(level === undefined ? [] : [level])]) ?? [0, 1];
    const frame: Frame = { width, height, x: linear(xSpan, across), y: linear(ySpan, up) };
    return { frame, xSpan, ySpan };
  }, [xs, curves, width, height, level]);

  const move = (step: number): void =>
    setAt((before) => Math.max(0, Math.min((before ?? Math.floor(xs.length / 2)) + step, xs.length - 1)));
  const read = at === null ? "" : readAt(xs, curves, xLabel, at);
  return (
    <figure className="chart" ref={box}>
      <figcaption className="row">
        <span className="grow">{title}</span>
        {!isSmall && <Legend curves={curves} />}
      </figcaption>
      <svg
        width={width}
        height={height}
        role="img"
        tabIndex={0}
        aria-label={`${title}: ${xLabel}, ${yLabel}. ${t("chart.keys")}`}
        onKeyDown={(event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
          if (step === undefined) return;
          event.preventDefault();
          move(step);
        }}
        onPointerMove={(event) => {
          const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
          setAt(nearest(xs, left, frame.x));
        }}
        onPointerLeave={() => setAt(null)}
      >
        <Axes
          frame={frame}
          xLabel={isSmall ? "" : xLabel}
          yLabel={yLabel}
          xTicks={ticks(xSpan, width / 90).map((one) => ({ at: one, text: numberText(one) }))}
          yTicks={ticks(ySpan, 4).map((one) => ({ at: one, text: numberText(one) }))}
        />
        {level !== undefined && (
          <line className="chart-level" x1={frame.x(xSpan[0])} x2={frame.x(xSpan[1])} y1={frame.y(level)} y2={frame.y(level)} />
        )}
        {marks.map((mark) => (
          <g key={mark.at} className="chart-mark">
            <line x1={frame.x(mark.at)} x2={frame.x(mark.at)} y1={frame.y(ySpan[0])} y2={frame.y(ySpan[1])} />
            <text x={frame.x(mark.at) + 4} y={frame.y(ySpan[1]) + 10}>
              {mark.name}
            </text>
          </g>
        ))}
        {curves.map((curve) => (
          <path key={curve.name} className={`curve kind-${curve.kind}`} d={pathOf(xs, curve.values, frame)} />
        ))}
        {at !== null && (
          <line className="chart-cursor" x1={frame.x(xs[at] ?? 0)} x2={frame.x(xs[at] ?? 0)} y1={frame.y(ySpan[0])} y2={frame.y(ySpan[1])} />
        )}
      </svg>
      {(!isSmall || read !== "") && <output className="number chart-read">{read || " "}</output>}
      {!isSmall && <ChartTable xs={xs} xLabel={xLabel} curves={curves} />}
    </figure>
  );
}

function Legend({ curves }: { readonly curves: readonly Curve[] }) {
  if (curves.length < 2) return null;
  return (
    <span className="row">
      {curves.map((curve) => (
        <span key={curve.name} className="row chart-legend">
          <svg width="26" height="8" aria-hidden="true">
            <path className={`curve kind-${curve.kind}`} d="M0 4H26" />
          </svg>
          {curve.name}
        </span>
      ))}
    </span>
  );
}

function ChartTable({ xs, xLabel, curves }: Pick<Props, "xs" | "xLabel" | "curves">) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("chart.table")}</summary>
      {isOpen && (
        <div className="chart-table" tabIndex={0} role="region" aria-label={t("chart.table")}>
          <table className="number">
            <thead>
              <tr>
                <th scope="col">{xLabel}</th>
                {curves.map((curve) => (
                  <th scope="col" key={curve.name}>
                    {curve.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {xs.map((x, row) => (
                <tr key={x}>
                  <th scope="row">{numberText(x)}</th>
                  {curves.map((curve) => (
                    <td key={curve.name}>{numberText(curve.values[row] ?? NaN)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

function pathOf(xs: readonly number[], ys: readonly number[], frame: Frame): string {
  let path = "";
  let isDown = false;
  xs.forEach((x, row) => {
    const y = ys[row];
    if (y === undefined || !Number.isFinite(y)) {
      isDown = false;
      return;
    }
    path += `${isDown ? "L" : "M"}${frame.x(x).toFixed(1)} ${frame.y(y).toFixed(1)}`;
    isDown = true;
  });
  return path;
}

function nearest(xs: readonly number[], left: number, x: (value: number) => number): number | null {
  let best: number | null = null;
  let least = Infinity;
  xs.forEach((one, row) => {
    const off = Math.abs(x(one) - left);
    if (off < least) [least, best] = [off, row];
  });
  return best;
}

function readAt(xs: readonly number[], curves: readonly Curve[], xLabel: string, at: number): string {
  const said = curves.map((one) => `${one.name} ${numberText(one.values[at] ?? NaN)}`).join(" · ");
  return `${xLabel} ${numberText(xs[at] ?? NaN)}: ${said}`;
}
