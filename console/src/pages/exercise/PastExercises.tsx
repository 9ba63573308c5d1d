import { t, word } from "../../i18n";
import { clockText } from "../../parts/clock";
import type { Exercise } from "./exercise";
import { PeopleTable, Scores } from "./PeopleTable";

export function PastExercises({ past }: { readonly past: readonly Exercise[] }) {
  return (
    <section className="panel" aria-label={t("exercise.past")}>
      <h2>{t("exercise.past")}</h2>
      {past.length === 0 ? (
        <p className="dim">{t("exercise.none")}</p>
      ) : (
        <table className="exercise-past">
          <thead>
            <tr>
              <th scope="col">{t("exercise.when")}</th>
              <th scope="col">{t("exercise.name")}</th>
              <th scope="col">{t("exercise.by")}</th>
              <th scope="col">{t("exercise.how")}</th>
              <th scope="col">◩ {t("exercise.score")}</th>
            </tr>
          </thead>
          <tbody>
            {past.map((one) => (
              <tr key={one.id} data-exercise={one.id}>
                <td className="number">{one.begunUtcMs === null ? "–" : clockText(one.begunUtcMs, "local", true)}</td>
                <td>{word("exercise_name", one.name)}</td>
                <td>{one.by}</td>
                <td className={one.end === "broken_off" ? "exercise-broken" : undefined}>
                  {word("exercise_end", one.end).replace("{who}", one.endedBy)}
                  {one.detail !== "" && <span className="dim" lang="en">{one.detail}</span>}
                </td>
                <td>
                  {one.score.length > 0 ? <Scores score={one.score} /> : <span className="dim">{t("exercise.not_scored")}</span>}
                  <details>
                    <summary>{t("exercise.persons")}</summary>
                    <PeopleTable injected={one.injected} />
                  </details>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
