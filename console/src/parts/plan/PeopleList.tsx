import { useState } from "react";
import type { People } from "../../api/types";
import { beside, fixed, t, word } from "../../i18n";
import { arrowOf } from "./geometry";
import { StateShape } from "./Legend";
import { peopleRows, stateWord, trackName } from "./peopleRows";

interface Props {
  readonly people: People;
  readonly selectedTrack: number | null;
  readonly onSelect: (trackId: number | null) => void;
  readonly onFollow?: (trackId: number) => void;
}

const FIRST = 40;

/** What the plan shows, in words. */
export function PeopleList({ people, selectedTrack, onSelect, onFollow }: Props) {
  const [isWhole, setWhole] = useState(false);
  const rows = peopleRows(people);
  const shown = isWhole ? rows : rows.slice(0, FIRST);
  if (rows.length === 0) return <p className="dim">{t("plan.nobody_seen")}</p>;
  return (
    <>
      <table className="people-list">
        <thead>
          <tr>
            <th scope="col">{t("person.number")}</th>
            <th scope="col">{t("person.state")}</th>
            <th scope="col">{t("person.place")}</th>
            <th scope="col">{t("person.goes")}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.trackId} aria-selected={row.trackId === selectedTrack}>
              <td className="number">
                <button type="button" onClick={() => onSelect(row.trackId)}>{trackName(row.trackId)}</button>
              </td>
              <td><StateShape state={row.state} isThing={row.isThing} /> {word("person", stateWord(row))}</td>
              <td className="number">{beside([row.x, row.y], 1)} m</td>
              <td className="number">{arrowOf(row.vx, row.vy)} {fixed(Math.hypot(row.vx, row.vy), 1)} m/s</td>
              <td>
                {onFollow !== undefined && (
                  <button type="button" onClick={() => onFollow(row.trackId)}>◎ {t("plan.follow")}</button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > FIRST && (
        <button type="button" onClick={() => setWhole((is) => !is)}>
          {isWhole ? t("plan.fewer") : t("plan.more", { n: rows.length - FIRST })}
        </button>
      )}
    </>
  );
}
