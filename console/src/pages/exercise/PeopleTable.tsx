import { fixed, t, word } from "../../i18n";
import { trackName } from "../../parts/plan/peopleRows";
import type { Exercise } from "./exercise";

/** Who was injected, what they carried, and what came of it. */
export function PeopleTable({ injected }: { readonly injected: Exercise["injected"] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t("exercise.number")}</th>
          <th scope="col">{t("exercise.carries")}</th>
          <th scope="col">{t("exercise.outcome")}</th>
          <th scope="col">{t("exercise.acknowledged")}</th>
          <th scope="col">{t("exercise.accepted")}</th>
        </tr>
      </thead>
      <tbody>
        {injected.map((one, number) => (
          <tr key={number} data-came={one.outcome}>
            <td className="number">◩ {one.trackId === null ? "–" : trackName(one.trackId)}</td>
            <td>
              {word("exercise_item", one.carries)}
              {one.zone !== "" && <span className="dim"> · {word("zone", one.zone)}</span>}
            </td>
            <td>{word("exercise_came", one.outcome)}</td>
            <td className="number">{after(one.acknowledgedS)}</td>
            <td className="number">{after(one.acceptedS)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function after(seconds: number | null): string {
  return seconds === null ? "–" : t("exercise.seconds", { n: fixed(seconds, 1) });
}

/** Figures with their names; all of simulated people. */
export function Scores({ score }: { readonly score: Exercise["score"] }) {
  if (score.length === 0) return null;
  return (
    <dl className="exercise-score">
      {score.map(([name, value]) => (
        <div key={name}>
          <dt>{word("exercise_score", name)}</dt>
          <dd className="number">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
