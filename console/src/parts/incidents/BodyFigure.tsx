import type { BodyZone, ZoneCoverage } from "../../api/types";
import { t, word } from "../../i18n";

interface Props {
  readonly zone: BodyZone | null;
  /** How well each zone was looked at; what was not is hatched. */
  readonly coverage?: readonly ZoneCoverage[];
  readonly minCoverage?: number;
}

const FRONT = 52;
const BACK = 138;

/** A generic figure from the front and the back, the same for everybody: where to check. */
export function BodyFigure({ zone, coverage, minCoverage = 0 }: Props) {
  const looked = new Map((coverage ?? []).map((one) => [one.zone, one.covered]));
  const classOf = (part: BodyZone): string => {
    if (part === zone) return "body-part is-hit";
    const covered = looked.get(part);
    return covered !== undefined && covered < Math.max(minCoverage, 0.01) ? "body-part is-unlooked" : "body-part";
  };
  const told = zone === null ? t("zone.none") : word("zone", zone);
  return (
    <svg className="body-figure" viewBox="0 0 190 196" role="img" aria-label={t("figure.label", { zone: told })}>
      <defs>
        <pattern id="body-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V6" stroke="var(--dim)" strokeWidth="1.5" />
        </pattern>
      </defs>
      <Figure x={FRONT} torso="torso_front" classOf={classOf} />
      <Figure x={BACK} torso="torso_back" classOf={classOf} />
      <rect className={`${classOf("bag")}${zone === "bag" ? "" : " is-faint"}`} x={FRONT + 33} y="98" width="20" height="24" rx="3" />
      <text x={FRONT} y="193" textAnchor="middle">{t("figure.front")}</text>
      <text x={BACK} y="193" textAnchor="middle">{t("figure.back")}</text>
    </svg>
  );
}

interface FigureProps {
  readonly x: number;
  readonly torso: BodyZone;
  readonly classOf: (zone: BodyZone) => string;
}

function Figure({ x, torso, classOf }: FigureProps) {
  return (
    <g transform={`translate(${x} 0)`}>
      <circle className="body-part is-head" cx="0" cy="14" r="11" />
      <path className={classOf("arms")} d="M-21 32c-8 1-10 8-10 16l-2 50c0 5 8 6 9 0l4-44Z M21 32c8 1 10 8 10 16l2 50c0 5-8 6-9 0l-4-44Z" />
      <path className={classOf("legs")} d="M-18 104H18l-3 66H3L0 122-3 170H-15Z" />
      <path className={classOf("feet")} d="M-15 171H-3v8H-20c0-4 2-7 5-8Z M15 171H3v8H20c0-4-2-7-5-8Z" />
      <path className={classOf(torso)} d="M-20 30c6-3 34-3 40 0l-2 54H-18Z" />
      <path className={classOf("waist")} d="M-18 84H18v20H-18Z" />
    </g>
  );
}
