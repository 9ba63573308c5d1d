import { useState } from "react";
import { t } from "../../i18n";
import type { Mark, MarkKind } from "./recording";
import { spanText } from "./usePlayback";

interface Props {
  readonly marks: readonly Mark[];
  readonly atS: number;
  readonly onSeek: (atS: number) => void;
}

const SIGNS: Readonly<Record<MarkKind, string>> = { alarm: "▲", end: "┤", health: "✚", other: "·" };
const MOST = 300;

/** The marks in words: whoever cannot hit a line on the timeline comes there from here. */
export function MarkList({ marks, atS, onSeek }: Props) {
  const [isAll, setAll] = useState(false);
  const shown = marks.filter((one) => isAll || one.kind === "alarm").slice(0, MOST);
  const newest = shown.findLastIndex((one) => one.atS <= atS + 0.05);
  return (
    <section className="panel replay-marks" aria-label={t("time.marks")}>
      <h2>
        {t("time.marks")} <span className="number dim">({shown.length})</span>
      </h2>
      <label className="row">
        <input type="checkbox" checked={isAll} onChange={(event) => setAll(event.target.checked)} />
        <span>{t("time.show_all")}</span>
      </label>
      {shown.length === 0 && <p className="dim">{t("time.no_marks")}</p>}
      <ul>
        {shown.map((mark, number) => (
          <li key={number}>
            <button
              type="button"
              className={`mark is-${mark.kind}`}
              aria-current={number === newest ? "step" : undefined}
              onClick={() => onSeek(mark.atS)}
            >
              <span className="number">{spanText(mark.atS, 1)}</span>
              <span aria-hidden="true">{SIGNS[mark.kind]}</span>
              <span className="grow">
                {t(`time.mark.${mark.kind}`)}
                {mark.trackId !== null && <span className="number"> · {mark.trackId}</span>}
                {mark.text !== "" && <span className="dim"> · {mark.text}</span>}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
