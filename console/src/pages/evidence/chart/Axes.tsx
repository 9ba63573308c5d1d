import { type ReactNode, useEffect, useRef, useState } from "react";
import "./chart.css";
import type { Span } from "./scale";

export interface Tick {
  readonly at: number;
  readonly text: string;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

export const MARGIN = { start: 58, end: 14, top: 10, bottom: 42 } as const;

/** Follow the width of an element, so that letters keep their size. */
export function useWidth(fallback = 520): readonly [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(fallback);
  useEffect(() => {
    const element = box.current;
    if (element === null || typeof ResizeObserver === "undefined") return;
    const watch = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.max(220, Math.round(entry.contentRect.width)));
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return [box, width];
}

export function plotSpans(width: number, height: number): { readonly across: Span; readonly up: Span } {
  return { across: [MARGIN.start, width - MARGIN.end], up: [height - MARGIN.bottom, MARGIN.top] };
}

interface Props {
  readonly frame: Frame;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly children?: ReactNode;
}

/** Grid, ticks and names of both axes; what is drawn comes on top. */
export function Axes({ frame, xTicks, yTicks, xLabel, yLabel, children }: Props) {
  const { width, height, x, y } = frame;
  const { across, up } = plotSpans(width, height);
  return (
    <g className="chart-axes">
      {yTicks.map((tick) => (
        <g key={tick.at}>
          <line x1={across[0]} x2={across[1]} y1={y(tick.at)} y2={y(tick.at)} className="chart-grid" />
          <text x={across[0] - 6} y={y(tick.at)} textAnchor="end" dominantBaseline="middle">
            {tick.text}
          </text>
        </g>
      ))}
      {xTicks.map((tick) => (
        <g key={tick.at}>
          <line x1={x(tick.at)} x2={x(tick.at)} y1={up[0]} y2={up[0] + 5} className="chart-line" />
          <text x={x(tick.at)} y={up[0] + 17} textAnchor="middle">
            {tick.text}
          </text>
        </g>
      ))}
      <line x1={across[0]} x2={across[1]} y1={up[0]} y2={up[0]} className="chart-line" />
      <text x={(across[0] + across[1]) / 2} y={height - 5} textAnchor="middle" className="chart-name">
        {xLabel}
      </text>
      <text transform={`translate(13 ${(up[0] + up[1]) / 2}) rotate(-90)`} textAnchor="middle" className="chart-name">
        {yLabel}
      </text>
      {children}
    </g>
  );
}
