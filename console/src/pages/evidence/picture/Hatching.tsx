import { t } from "../../../i18n";
import type { Blank } from "./excess";

interface Props {
  /** Of the drawing that it is for: two on one page must not share it. */
  readonly id: string;
  /** How wide a hatch is, in units of the drawing. */
  readonly size: number;
}

/** Patterns for places without a value: lines where nobody looked, dots where the body is hidden. */
export function Hatching({ id, size }: Props) {
  return (
    <defs>
      <pattern id={`${id}-not_seen`} width={size} height={size} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect className="hatch-line" width={size / 5} height={size} />
      </pattern>
      <pattern id={`${id}-hidden`} width={size} height={size} patternUnits="userSpaceOnUse">
        <circle className="hatch-dot" cx={size / 2} cy={size / 2} r={size / 4} />
      </pattern>
    </defs>
  );
}

/** What the patterns of a picture mean. */
export function HatchingWords({ id, blanks }: { readonly id: string; readonly blanks: readonly Blank[] }) {
  if (blanks.length === 0) return null;
  return (
    <p className="row dim hatch-words">
      {blanks.map((one) => (
        <span key={one} className="row">
          <svg width="26" height="14" aria-hidden="true">
            <Hatching id={`${id}-${one}`} size={6} />
            <rect width="26" height="14" fill={`url(#${id}-${one}-${one})`} className="hatch-sample" />
          </svg>
          {t(one === "hidden" ? "picture.hidden" : "picture.not_seen")}
        </span>
      ))}
    </p>
  );
}
