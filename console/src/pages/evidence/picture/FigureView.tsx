import { useId } from "react";
import { t, word } from "../../../i18n";
import type { Span } from "../chart/scale";
import { colourOf, edgesOf } from "./colours";
import { blankAt, type Picture } from "./excess";
import { Hatching } from "./Hatching";
import { OUTLINES, patchOn, SIDE_OUTLINES, type Side, sideOf, ZONE_AT_M, ZONE_EDGES_M } from "./figure";

interface Props {
  readonly patches: readonly Picture[];
  readonly chosen: Picture | null;
  readonly span: Span;
  /** Where the check is requested. */
  readonly zone: string | null;
}

/** The generic figure from the front and from the back, with what the sensor saw on it. */
export function FigureView({ patches, chosen, span, zone }: Props) {
  const sides: readonly Side[] = chosen !== null && sideOf(chosen.zone) === "side" ? ["side"] : ["front", "back"];
  return (
    <div className="figures">
      {sides.map((side) => (
        <OneSide key={side} side={side} patch={patchOn(side, patches, chosen)} span={span} zone={zone} />
      ))}
    </div>
  );
}

interface SideProps {
  readonly side: Side;
  readonly patch: Picture | null;
  readonly span: Span;
  readonly zone: string | null;
}

function OneSide({ side, patch, span, zone }: SideProps) {
  const zones = side === "front" ? FRONT : side === "back" ? BACK : [];
  const words = patch === null ? t("picture.none_here") : word("zone", patch.zone ?? "none");
  return (
    <figure className="figure-side">
      <figcaption>
        {word("side", side)}: {words}
      </figcaption>
      <svg viewBox="-0.36 -1.83 1.5 1.9" role="img" aria-label={`${word("side", side)}: ${words}`}>
        {/* All shapes with a thick edge, then without: only the outline of them all stays. */}
        {["body-edge", "body-fill"].map((layer) => (
          <g key={layer} className={layer}>
            <ellipse cx={side === "side" ? -0.01 : 0} cy={-1.625} rx={side === "side" ? 0.1 : 0.0825} ry={0.125} />
            {(side === "side" ? SIDE_OUTLINES : OUTLINES).map((points) => (
              <polygon key={points} points={points} />
            ))}
          </g>
        ))}
        {patch !== null && <Cells patch={patch} span={span} flip={side === "back" ? -1 : 1} />}
        {side !== "side" &&
          ZONE_EDGES_M.map(([height, half]) => (
            <line key={height} className="zone-edge" x1={-half} x2={half} y1={-height} y2={-height} />
          ))}
        {zones.map((one) => (
          <ZoneWords key={one} zone={one} isIt={one === zone} />
        ))}
      </svg>
    </figure>
  );
}

const FRONT = ["torso_front", "waist", "arms", "legs", "feet"] as const;
const BACK = ["torso_back", "waist", "arms", "legs", "feet"] as const;

function ZoneWords({ zone, isIt }: { readonly zone: string; readonly isIt: boolean }) {
  const [height, across] = ZONE_AT_M[zone] ?? [0, 0];
  return (
    <g className={isIt ? "zone-words is-it" : "zone-words"}>
      <line x1={across} x2={0.36} y1={-height} y2={-height} />
      <text x={0.38} y={-height} dominantBaseline="middle">
        {isIt ? "▲ " : ""}
        {word("zone", zone)}
      </text>
    </g>
  );
}

function Cells({ patch, span, flip }: { readonly patch: Picture; readonly span: Span; readonly flip: 1 | -1 }) {
  const id = useId();
  const across = edgesOf(patch.across_m);
  const height = edgesOf(patch.height_m);
  return (
    <>
      <Hatching id={id} size={0.03} />
      <g className="cells">
        {patch.values.flatMap((row, z) =>
          row.map((value, u) => {
            const [left, right] = [flip * (across[u] ?? 0), flip * (across[u + 1] ?? 0)];
            const [low, high] = [height[z] ?? 0, height[z + 1] ?? 0];
            return (
              <rect
                key={`${z}-${u}`}
                x={Math.min(left, right)}
                y={-Math.max(low, high)}
                width={Math.abs(right - left)}
                height={Math.abs(high - low)}
                className={value === null ? "not-seen" : undefined}
                fill={value === null ? `url(#${id}-${blankAt(patch, z, u) ?? "not_seen"})` : colourOf(value, span)}
              />
            );
          }),
        )}
      </g>
    </>
  );
}
