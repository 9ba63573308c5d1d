import { useState } from "react";
import { t, word } from "../../i18n";
import { isAsSaid, reasonWords } from "../../parts/incidents/reason";
import { sentences } from "../../parts/said";
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
      <label className="row mark-all">
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
                <MarkWords mark={mark} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What happened, in this language where it is known, else as it was said. */
function MarkWords({ mark }: { readonly mark: Mark }) {
  if (mark.kind === "health" && mark.outcome !== "") {
    const said = sentences("health", mark.parts, mark.text.slice(mark.text.indexOf(":") + 1).trim());
    return (
      <span className="dim">
        {" · "}<bdi>{mark.sensorId}</bdi> · {word("sensor", mark.outcome)}
        {said.words !== "" && <> · {said.words}</>}
        {said.words === "" && said.asSaid !== "" && <> · <bdi lang="en">{said.asSaid}</bdi></>}
      </span>
    );
  }
  if (mark.kind === "end" && mark.outcome !== "") return <span className="dim"> · {word("person", mark.outcome)}</span>;
  if (mark.text === "") return null;
  return <span className="dim"> · <bdi lang={isAsSaid(mark.parts) ? "en" : undefined}>{reasonWords(mark.parts, mark.text)}</bdi></span>;
}
