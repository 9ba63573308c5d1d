import type { BodyZone } from "../../api/types";
import { t } from "../../i18n";

interface Props {
  readonly zone: BodyZone | null;
  readonly label: string;
}

// One general body, seen from the front and from behind; never anybody's own.
const TRUNK = "M-13 -38 L13 -38 L11 0 L-11 0 Z";
const WAIST = "M-11 0 L11 0 L13 14 L-13 14 Z";
const LEGS = "M-13 14 L-1 14 L-3 52 L-11 52 Z M13 14 L1 14 L3 52 L11 52 Z";
const FEET = "M-13 52 L-3 52 L-3 58 L-15 58 Z M13 52 L3 52 L3 58 L15 58 Z";
const ARMS = "M-13 -38 L-20 -34 L-23 6 L-17 6 L-13 -22 Z M13 -38 L20 -34 L23 6 L17 6 L13 -22 Z";
const BAG = "M25 -2 L39 -2 L39 18 L25 18 Z M28 -2 Q32 -12 36 -2";

export function ZoneFigure({ zone, label }: Props) {
  return (
    <svg className="zone-figure" viewBox="-30 -64 134 138" role="img" aria-label={label}>
      <Body zone={zone} side="front" />
      <g transform="translate(74 0)">
        <Body zone={zone} side="rear" />
      </g>
    </svg>
  );
}

function Body({ zone, side }: { readonly zone: BodyZone | null; readonly side: "front" | "rear" }) {
  const hit = (one: BodyZone): string => (zone === one ? "is-hit" : "");
  const trunk: BodyZone = side === "front" ? "torso_front" : "torso_back";
  return (
    <g>
      <circle cx="0" cy="-49" r="9" />
      <path d={TRUNK} className={hit(trunk)} />
      <path d={WAIST} className={hit("waist")} />
      <path d={LEGS} className={hit("legs")} />
      <path d={FEET} className={hit("feet")} />
      <path d={ARMS} className={hit("arms")} />
      {zone === "bag" && side === "front" && <path d={BAG} className="is-hit" />}
      <text x="0" y="71" textAnchor="middle">{t(side === "front" ? "responder.front" : "responder.rear")}</text>
    </g>
  );
}
