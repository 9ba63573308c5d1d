import { useMemo } from "react";
import { fixed, t, written } from "../../i18n";
import type { Tried } from "./recording";
import { curve, percent, SLIDER_MAX, SLIDER_MIN, sliderAt, thresholdAt, tryThreshold } from "./thresholds";

interface Props {
  readonly people: readonly Tried[];
  readonly durationS: number;
  readonly slider: number;
  readonly now: number | null;
}

const WIDTH = 360;
const HEIGHT = 150;
const LEFT = 44;
const BOTTOM = 24;
const TOP = 8;
const LOAD_PER_HOUR = 6;
const SHARES = [1e-5, 1e-3, 0.1, 0.5, 0.99];

/** Alarms per hour along the threshold; both axes in steps of ten, for both span orders. */
export function WhatIfChart({ people, durationS, slider, now }: Props) {
  const points = useMemo(() => curve(people, durationS), [people, durationS]);
  const highest = Math.max(...points.map(([, perHour]) => perHour), 10);
  const top = Math.ceil(Math.log10(highest));
  const x = (at: number): number => LEFT + ((at - SLIDER_MIN) / (SLIDER_MAX - SLIDER_MIN)) * (WIDTH - LEFT - 8);
  const y = (perHour: number): number => {
    const part = (Math.log10(Math.max(perHour, 0.1)) + 1) / (top + 1);
    return HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP);
  };
  const path = points.map(([at, perHour], i) => `${i === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(perHour).toFixed(1)}`).join("");
  const here = tryThreshold(people, durationS, thresholdAt(slider)).alarmsPerHour;
  return (
    <svg
      className="what-if-chart"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={t("whatif.chart", { p: percent(thresholdAt(slider)), n: fixed(here, 1) })}
    >
      {Array.from({ length: top + 2 }, (_, i) => 10 ** (i - 1)).map((one) => (
        <g key={one}>
          <line className="grid" x1={LEFT} x2={WIDTH - 8} y1={y(one)} y2={y(one)} />
          <text x={LEFT - 4} y={y(one) + 4} textAnchor="end">
            {one}
          </text>
        </g>
      ))}
      {SHARES.map((one) => (
        <text key={one} x={x(sliderAt(one))} y={HEIGHT - 8} textAnchor="middle">
          {`${written(String(Number((100 * one).toPrecision(2))))} %`}
        </text>
      ))}
      <line className="load" x1={LEFT} x2={WIDTH - 8} y1={y(LOAD_PER_HOUR)} y2={y(LOAD_PER_HOUR)} />
      <text x={WIDTH - 10} y={y(LOAD_PER_HOUR) - 3} textAnchor="end">
        {t("whatif.load_line")}
      </text>
      {now !== null && <line className="force" x1={x(sliderAt(now))} x2={x(sliderAt(now))} y1={TOP} y2={HEIGHT - BOTTOM} />}
      <path className="curve" d={path} />
      <line className="tried" x1={x(slider)} x2={x(slider)} y1={TOP} y2={HEIGHT - BOTTOM} />
      <circle cx={x(slider)} cy={y(here)} r={5} />
    </svg>
  );
}
