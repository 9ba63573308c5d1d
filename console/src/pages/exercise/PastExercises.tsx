import { t } from "../../i18n";
import { clockText } from "../../parts/clock";
import type { Exercise } from "./exercise";
import { Scores } from "./RunningExercise";

export function PastExercises({ past }: { readonly past: readonly Exercise[] }) {
  return (
    <section className="panel" aria-label={t("exercise.past")}>
      <h2>{t("exercise.past")}</h2>
      {past.length === 0 ? (
        <p className="dim">{t("exercise.none")}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{t("exercise.when")}</th>
              <th scope="col">{t("exercise.name")}</th>
              <th scope="col">{t("exercise.by")}</th>
              <th scope="col">◩ {t("exercise.score")}</th>
            </tr>
          </thead>
          <tbody>
            {past.map((one) => (
              <tr key={one.id}>
                <td className="number">{one.begunUtcMs === null ? "–" : clockText(one.begunUtcMs, "local", true)}</td>
                <td>{one.name}</td>
                <td>{one.by}</td>
                <td>{one.score.length > 0 ? <Scores score={one.score} /> : <span className="dim">{t("exercise.not_scored")}</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
