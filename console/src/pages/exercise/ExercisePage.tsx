import { useMemo } from "react";
import { ApiError } from "../../api/client";
import { t } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { useMay } from "../../parts/session";
import { useAsk } from "../../parts/useAsk";
import { BeginExercise } from "./BeginExercise";
import { readExercise, readKnown } from "./exercise";
import { PastExercises } from "./PastExercises";
import { RunningExercise } from "./RunningExercise";
import "./exercise.css";

const ASK_EVERY_MS = 2000;
const ASK_KNOWN_EVERY_MS = 15_000;
const NOT_THERE = 501;
type Rows = readonly Record<string, unknown>[];

/** Simulated passages among real ones: for training, and to check the whole chain every day. */
export default function ExercisePage() {
  const asked = useAsk<Rows>("/exercises", ASK_EVERY_MS);
  const askedKnown = useAsk<Rows>("/exercises/known", ASK_KNOWN_EVERY_MS);
  const mayBegin = useMay("exercise");
  const all = useMemo(() => (asked.data ?? []).map(readExercise), [asked.data]);
  const known = useMemo(() => (askedKnown.data ?? []).map(readKnown), [askedKnown.data]);
  const running = all.filter((one) => one.isRunning);
  const past = all.filter((one) => !one.isRunning);
  const isMissing = asked.error instanceof ApiError && asked.error.status === NOT_THERE;
  return (
    <div className="exercise-page">
      <h1>{t("exercise.title")}</h1>
      <p>{t("exercise.what")}</p>
      {isMissing ? <p className="panel">{t("exercise.missing")}</p> : <Problem error={asked.error ?? askedKnown.error} />}
      {running.map((one) => (
        <RunningExercise key={one.id} exercise={one} mayEnd={mayBegin} onEnded={asked.again} />
      ))}
      {asked.data !== null && askedKnown.data !== null && running.length === 0 && (
        <BeginExercise known={known} mayBegin={mayBegin} onBegun={asked.again} />
      )}
      {asked.data !== null && <PastExercises past={past} />}
    </div>
  );
}
