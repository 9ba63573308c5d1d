import { useState } from "react";
import { t, word } from "../i18n";
import { useLive } from "../live/state";

/** That an exercise runs, for those who may know; that it was one, for everybody when it is over. */
export function ExerciseBanner() {
  const mark = useLive((live) => live.picture?.exercise ?? null);
  const isSimulated = useLive((live) => live.hello?.is_simulated ?? false);
  const [seen, setSeen] = useState("");
  if (mark === null || (!mark.is_running && mark.exercise_id === seen)) return null;
  if (mark.is_running) {
    return (
      <p className="banner exercise" role="status">
        ◩ {t("exercise.banner", { name: word("exercise_name", mark.exercise), n: mark.track_ids.length })}
      </p>
    );
  }
  return (
    <p className="banner exercise-over" role="status">
      ◩ {t(isSimulated ? "exercise.banner_over_sim" : "exercise.banner_over")}{" "}
      <button type="button" onClick={() => setSeen(mark.exercise_id)}>{t("exercise.dismiss")}</button>
    </p>
  );
}
