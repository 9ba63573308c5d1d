import { useMemo } from "react";
import { ApiError } from "../../api/client";
import { t } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { useAsk } from "../../parts/useAsk";
import { BeginExercise } from "./BeginExercise";
import { readExercise } from "./exercise";
import { PastExercises } from "./PastExercises";
import { RunningExercise } from "./RunningExercise";
import "./exercise.css";

const ASK_EVERY_MS = 3000;
const NOT_THERE = 501;

/** Simulated passages among real ones: for training, and to check the whole chain every day. */
export default function ExercisePage() {
  const asked = useAsk<readonly Record<string, unknown>[]>("/exercises", ASK_EVERY_MS);
  const all = useMemo(() => (asked.data ?? []).map(readExercise), [asked.data]);
  const running = all.filter((one) => one.isRunning);
  const past = all.filter((one) => !one.isRunning);
  const isMissing = asked.error instanceof ApiError && asked.error.status === NOT_THERE;
  return (
    <div className="exercise-page">
      <h1>{t("exercise.title")}</h1>
      <p>{t("exercise.what")}</p>
      {isMissing ? <p className="panel">{t("exercise.missing")}</p> : <Problem error={asked.error} />}
      {running.map((one) => (
        <RunningExercise key={one.id} exercise={one} onEnded={asked.again} />
      ))}
      {!isMissing && asked.data !== null && running.length === 0 && <BeginExercise past={past} onBegun={asked.again} />}
      {asked.data !== null && <PastExercises past={past} />}
    </div>
  );
}
