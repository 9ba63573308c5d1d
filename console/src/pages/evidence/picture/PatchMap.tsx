import { useEffect, useId, useState } from "react";
import type { PatchOut } from "../../../api/types";
import { fixed, t } from "../../../i18n";
import { Axes, type Frame, plotSpans, useWidth } from "../chart/Axes";
import { type Curve, CurveChart } from "../chart/CurveChart";
import { linear, numberText, type Span, ticks } from "../chart/scale";
import { captionWords, unitOf } from "./captions";
import { colourOf, edgesOf } from "./colours";
import { ColourBar } from "./ColourBar";
import { blankAt, blanksOf, type Picture } from "./excess";
import { Hatching, HatchingWords } from "./Hatching";
import { OutlineOnMap } from "./OutlineOnMap";

interface Props {
  readonly patch: Picture;
  readonly span: Span;
}

interface Place {
  readonly row: number;
  readonly column: number;
}

/** One picture to scale, with a cut along each axis through a place that can be moved. */
export function PatchMap({ patch, span }: Props) {
  const [box, width] = useWidth(360);
  const id = useId();
  const [place, setPlace] = useState<Place>(() => highest(patch));
  useEffect(() => setPlace(highest(patch)), [patch]);
  const height = 320;
  const across = edgesOf(patch.across_m);
  const up = edgesOf(patch.height_m);
  const spans = plotSpans(width, height);
  const xs: Span = [Math.min(...across), Math.max(...across)];
  const ys: Span = [Math.min(...up), Math.max(...up)];
  const frame: Frame = { width, height, x: linear(xs, spans.across), y: linear(ys, spans.up) };
  const u = patch.across_m[place.column] ?? 0;
  const z = patch.height_m[place.row] ?? 0;
  const words = captionWords(patch.caption);
  const unit = unitOf(patch.caption);
  const acrossName = t(patch.zone === "bag" ? "picture.behind_m" : "picture.across_m");
  const read = `${acrossName} ${fixed(u, 2)} · ${t("picture.height_m")} ${fixed(z, 2)}: ${valueWords(patch, place, unit)}`;

  const move = (rows: number, columns: number): void =>
    setPlace((before) => ({
      row: Math.max(0, Math.min(before.row + rows, patch.height_m.length - 1)),
      column: Math.max(0, Math.min(before.column + columns, patch.across_m.length - 1)),
    }));

  return (
    <div className="patch-map">
      <figure className="chart" ref={box}>
        <figcaption>{words}</figcaption>
        <svg
          width={width}
          height={height}
          role="img"
          tabIndex={0}
          aria-label={`${words}. ${t("picture.map_keys")}`}
          onKeyDown={(event) => {
            const step = STEPS[event.key];
            if (step === undefined) return;
            event.preventDefault();
            // Rows may count upwards or downwards; keys never do.
            const upwards = (patch.height_m[1] ?? 1) > (patch.height_m[0] ?? 0) ? 1 : -1;
            move(step[0] * upwards, step[1]);
          }}
          onClick={(event) => {
            const at = event.currentTarget.getBoundingClientRect();
            setPlace({
              column: nearest(patch.across_m, event.clientX - at.left, frame.x),
              row: nearest(patch.height_m, event.clientY - at.top, frame.y),
            });
          }}
        >
          <Axes
            frame={frame}
            xLabel={acrossName}
            yLabel={t("picture.height_m")}
            xTicks={ticks(xs, 4).map((one) => ({ at: one, text: fixed(one, 1) }))}
            yTicks={ticks(ys, 5).map((one) => ({ at: one, text: fixed(one, 1) }))}
          />
          <Hatching id={id} size={8} />
          {patch.values.flatMap((row, z) =>
            row.map((one, u) => {
              const [x0, x1] = [frame.x(across[u] ?? 0), frame.x(across[u + 1] ?? 0)];
              const [y0, y1] = [frame.y(up[z] ?? 0), frame.y(up[z + 1] ?? 0)];
              return (
                <rect
                  key={`${z}-${u}`}
                  className={one === null ? "cell not-seen" : "cell"}
                  x={Math.min(x0, x1)}
                  y={Math.min(y0, y1)}
                  width={Math.abs(x1 - x0) + 0.5}
                  height={Math.abs(y1 - y0) + 0.5}
                  fill={one === null ? `url(#${id}-${blankAt(patch, z, u) ?? "not_seen"})` : colourOf(one, span)}
                />
              );
            }),
          )}
          {patch.zone !== "bag" && <OutlineOnMap frame={frame} xs={xs} ys={ys} />}
          <line className="cut" x1={frame.x(xs[0])} x2={frame.x(xs[1])} y1={frame.y(z)} y2={frame.y(z)} />
          <line className="cut" x1={frame.x(u)} x2={frame.x(u)} y1={frame.y(ys[0])} y2={frame.y(ys[1])} />
          <circle className="cut-place" cx={frame.x(u)} cy={frame.y(z)} r="6" />
        </svg>
        <output className="number chart-read">{read}</output>
        <ColourBar span={span} words={words} />
        <HatchingWords id={`${id}-words`} blanks={blanksOf(patch)} />
      </figure>
      <div className="stack cuts">
        <CurveChart
          title={t("picture.cut_level", { height: fixed(z, 2) })}
          xs={patch.across_m}
          xLabel={acrossName}
          yLabel={unit}
          height={170}
          curves={cutCurves(patch.values[place.row] ?? [], patch.sigma?.[place.row] ?? null, unit || words)}
          {...(patch.sigma === undefined ? {} : { level: 0 })}
        />
        <CurveChart
          title={t("picture.cut_upright", { across: fixed(u, 2) })}
          xs={patch.height_m}
          xLabel={t("picture.height_m")}
          yLabel={unit}
          height={170}
          curves={cutCurves(columnOf(patch.values, place.column), patch.sigma === undefined ? null : columnOf(patch.sigma, place.column), unit || words)}
          {...(patch.sigma === undefined ? {} : { level: 0 })}
        />
      </div>
    </div>
  );
}

function valueWords(patch: Picture, { row, column }: Place, unit: string): string {
  const value = patch.values[row]?.[column] ?? null;
  if (value === null) return t(blankAt(patch, row, column) === "hidden" ? "picture.hidden" : "picture.not_seen");
  const sigma = patch.sigma?.[row]?.[column] ?? null;
  return sigma === null ? `${numberText(value)} ${unit}` : `${fixed(value, 1)} ± ${fixed(sigma, 1)} ${unit}`;
}

/** A cut, and where they are known one standard deviation to both sides. */
function cutCurves(values: readonly (number | null)[], sigma: readonly (number | null)[] | null, name: string): Curve[] {
  const cut: Curve = { name, kind: 0, values: values.map((one) => one ?? NaN) };
  if (sigma === null) return [cut];
  const off = (sign: 1 | -1): number[] => values.map((one, row) => (one ?? NaN) + sign * (sigma[row] ?? NaN));
  return [cut, { name: "+ σ", kind: 3, values: off(1) }, { name: "− σ", kind: 3, values: off(-1) }];
}

function columnOf(values: readonly (readonly (number | null)[])[], column: number): (number | null)[] {
  return values.map((row) => row[column] ?? null);
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1],
};

/** Return where the picture is highest: what somebody wants to see first. */
export function highest(patch: PatchOut): Place {
  let best = -Infinity;
  let place: Place = { row: 0, column: 0 };
  patch.values.forEach((values, row) =>
    values.forEach((value, column) => {
      if (value !== null && value > best) [best, place] = [value, { row, column }];
    }),
  );
  return place;
}

function nearest(centres: readonly number[], at: number, scale: (value: number) => number): number {
  const off = centres.map((one) => Math.abs(scale(one) - at));
  return off.indexOf(Math.min(...off));
}
