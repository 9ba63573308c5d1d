import type { Frame } from "../chart/Axes";
import type { Span } from "../chart/scale";
import { TRUNK_M, ZONE_EDGES_M } from "./figure";

interface Props {
  readonly frame: Frame;
  readonly xs: Span;
  readonly ys: Span;
}

/** Where the generic trunk and its zones would be on a map: for orientation, and nobody's outline. */
export function OutlineOnMap({ frame, xs, ys }: Props) {
  const within = ([across, height]: readonly [number, number]): boolean =>
    height >= ys[0] && height <= ys[1] && Math.abs(across) <= Math.max(Math.abs(xs[0]), Math.abs(xs[1]));
  const side = (sign: 1 | -1): string =>
    TRUNK_M.slice(0, -1)
      .filter(within)
      .map(([across, height]) => `${frame.x(sign * across).toFixed(1)},${frame.y(height).toFixed(1)}`)
      .join(" ");
  return (
    <g className="outline-on-map" aria-hidden="true">
      <polyline points={side(1)} />
      <polyline points={side(-1)} />
      {ZONE_EDGES_M.filter(within).map(([height, half]) => (
        <line key={height} x1={frame.x(-half)} x2={frame.x(half)} y1={frame.y(height)} y2={frame.y(height)} />
      ))}
    </g>
  );
}
