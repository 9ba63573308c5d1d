import { useState } from "react";
import { ask } from "../../api/client";
import { t, word } from "../../i18n";
import { clockText, serviceNow, useTick } from "../../parts/clock";
import { Problem } from "../../parts/Problem";
import { spanText } from "../time/usePlayback";
import type { Exercise } from "./exercise";
import { PeopleTable, Scores } from "./PeopleTable";

interface Props {
  readonly exercise: Exercise;
  readonly mayEnd: boolean;
  readonly onEnded: () => void;
}

export function RunningExercise({ exercise, mayEnd, onEnded }: Props) {
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
  const title = t("exercise.running", { name: word("exercise_name", exercise.name) });
  return (
    <section className="panel stack exercise-running" aria-label={title}>
      <h2>◩ {title}</h2>
      {exercise.begunUtcMs !== null && (
        <p>
          {t("exercise.since", { time: clockText(exercise.begunUtcMs, "local"), who: exercise.by })}{" "}
          <span className="number">({spanText((serviceNow() - exercise.begunUtcMs) / 1000)})</span>
        </p>
      )}
      <Scores score={exercise.score} />
      <h3>{t("exercise.injected")}</h3>
      <PeopleTable injected={exercise.injected} />
      <ul className="dim exercise-rules">
        <li>{t("exercise.real_alarms")}</li>
        <li>{t("exercise.at_end")}</li>
      </ul>
      <Problem error={error} />
      {mayEnd && (
        <div className="row">
          <button type="button" className="primary" disabled={isBusy} onClick={() => void end()}>
            {t("exercise.end")}
          </button>
        </div>
      )}
    </section>
  );
}
