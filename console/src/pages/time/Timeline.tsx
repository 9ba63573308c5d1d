import { memo, useRef } from "react";
import { t } from "../../i18n";
import type { Mark, MarkKind } from "./recording";
import { spanText } from "./usePlayback";

interface Props {
  readonly marks: readonly Mark[];
  readonly atS: number;
  readonly durationS: number;
  readonly onSeek: (atS: number) => void;
}

const HEIGHT = 64;
const WIDTH = 1000;
const TICKS_S = [1, 5, 10, 30, 60, 300, 600, 1800, 3600];

/** The whole recording as a line: alarms on top, sensor states below, and where one is. */
export function Timeline({ marks, atS, durationS, onSeek }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const x = (seconds: number): number => (durationS > 0 ? (seconds / durationS) * WIDTH : 0);
  const seekTo = (clientX: number): void => {
    const box = frame.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return;
    const part = (clientX - box.left) / box.width;
    onSeek(durationS * part);
  };
  const tickS = TICKS_S.find((one) => durationS / one <= 12) ?? 7200;
  const nTicks = Math.floor(durationS / tickS) + 1;
  return (
    <div
      ref={frame}
      className="timeline"
      role="slider"
      tabIndex={0}
      aria-label={t("time.track")}
      aria-valuemin={0}
      aria-valuemax={Math.round(durationS)}
      aria-valuenow={Math.round(atS)}
      aria-valuetext={t("time.at", { at: spanText(atS, 1), all: spanText(durationS) })}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        seekTo(event.clientX);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) seekTo(event.clientX);
      }}
    >
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {Array.from({ length: nTicks }, (_, i) => (
          <line key={i} className="timeline-tick" x1={x(i * tickS)} x2={x(i * tickS)} y1={HEIGHT - 12} y2={HEIGHT} />
        ))}
        <MarkLines marks={marks} durationS={durationS} />
        <rect className="timeline-done" x={0} y={HEIGHT - 12} width={x(atS)} height={12} />
        <line className="timeline-now" x1={x(atS)} x2={x(atS)} y1={0} y2={HEIGHT} />
      </svg>
      {Array.from({ length: nTicks }, (_, i) => (
        <span key={i} className="timeline-label number" style={{ insetInlineStart: `${(100 * i * tickS) / Math.max(durationS, 1)}%` }}>
          {spanText(i * tickS)}
        </span>
      ))}
      <MarkFlags marks={marks} durationS={durationS} />
    </div>
  );
}

interface MarksProps {
  readonly marks: readonly Mark[];
  readonly durationS: number;
}

// There may be thousands, and the time moves ten times a second: drawn once.
const MarkLines = memo(function MarkLines({ marks, durationS }: MarksProps) {
  return marks.map((mark, number) => {
    const x = durationS > 0 ? (mark.atS / durationS) * WIDTH : 0;
    return <line key={number} className={`timeline-${mark.kind}`} x1={x} x2={x} {...SPANS[mark.kind]} />;
  });
});

const MarkFlags = memo(function MarkFlags({ marks, durationS }: MarksProps) {
  return marks
    .filter((one) => one.kind === "alarm")
    .map((mark, number) => (
      <span key={number} className="timeline-flag" style={{ insetInlineStart: `${(100 * mark.atS) / Math.max(durationS, 1)}%` }}>
        ▲
      </span>
    ));
});

const SPANS: Readonly<Record<MarkKind, { readonly y1: number; readonly y2: number }>> = {
  alarm: { y1: 14, y2: HEIGHT - 12 },
  end: { y1: 40, y2: HEIGHT - 12 },
  health: { y1: 30, y2: 38 },
  other: { y1: 30, y2: 38 },
};
