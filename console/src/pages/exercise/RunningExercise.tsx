import { useState } from "react";
import { ask } from "../../api/client";
import { t, word } from "../../i18n";
import { clockText, serviceNow, useTick } from "../../parts/clock";
import { Problem } from "../../parts/Problem";
import { spanText } from "../time/usePlayback";
import type { Exercise } from "./exercise";

interface Props {
  readonly exercise: Exercise;
  readonly onEnded: () => void;
}

export function RunningExercise({ exercise, onEnded }: Props) {
  useTick(1000);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [key] = useState(() => crypto.randomUUID());
  const end = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await ask(`/exercises/${encodeURIComponent(exercise.id)}/end`, { method: "POST", key });
      onEnded();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="panel stack exercise-running" aria-label={t("exercise.running", { name: exercise.name })}>
      <h2>◩ {t("exercise.running", { name: exercise.name })}</h2>
      {exercise.begunUtcMs !== null && (
        <p>
          {t("exercise.since", { time: clockText(exercise.begunUtcMs, "local"), who: exercise.by })}{" "}
          <span className="number">({spanText((serviceNow() - exercise.begunUtcMs) / 1000)})</span>
        </p>
      )}
      <Scores score={exercise.score} />
      {exercise.injected.length > 0 && (
        <>
          <h3>{t("exercise.injected")}</h3>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("exercise.number")}</th>
                <th scope="col">{t("exercise.carries")}</th>
                <th scope="col">{t("exercise.outcome")}</th>
              </tr>
            </thead>
            <tbody>
              {exercise.injected.map((one, number) => (
                <tr key={number}>
                  <td className="number">◩ {one.trackId ?? "–"}</td>
                  <td>{word("item", one.carries)}</td>
                  <td>{word("outcome", one.outcome)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      <p className="dim">{t("exercise.real_alarms")}</p>
      <Problem error={error} />
      <div className="row">
        <button type="button" className="primary" disabled={isBusy} onClick={() => void end()}>
          {t("exercise.end")}
        </button>
      </div>
    </section>
  );
}

/** Figures with their names; all of simulated people. */
export function Scores({ score }: { readonly score: Exercise["score"] }) {
  if (score.length === 0) return null;
  return (
    <dl className="exercise-score">
      {score.map(([name, value]) => (
        <div key={name}>
          <dt>{word("exercise.score", name)}</dt>
          <dd className="number">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
