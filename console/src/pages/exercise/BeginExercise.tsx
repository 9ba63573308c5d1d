import { useState } from "react";
import { ask } from "../../api/client";
import { t, word } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { spanText } from "../time/usePlayback";
import type { Known } from "./exercise";

interface Props {
  readonly known: readonly Known[];
  readonly mayBegin: boolean;
  readonly onBegun: () => void;
}

/** What was made for this site; what cannot be begun says why. */
export function BeginExercise({ known, mayBegin, onBegun }: Props) {
  const [name, setName] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  // The same key until it is answered: a slow link must not begin two.
  const [key, setKey] = useState(() => crypto.randomUUID());
  const chosen = known.find((one) => one.name === name && one.problem === "");

  const begin = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await ask("/exercises", { method: "POST", body: { exercise: name }, key });
      setKey(crypto.randomUUID());
      onBegun();
    } catch (problem) {
      setError(problem);
      setKey(crypto.randomUUID());
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className="panel stack exercise-begin" aria-label={t("exercise.begin")}>
      <h2>{t("exercise.begin")}</h2>
      {known.length === 0 ? (
        <p className="dim">{t("exercise.no_known")}</p>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void begin();
          }}
        >
          <fieldset>
            <legend>{t("exercise.which")}</legend>
            {known.map((one) => (
              <label key={one.name} className="exercise-known">
                <input
                  type="radio"
                  name="exercise"
                  value={one.name}
                  checked={one.name === name}
                  disabled={one.problem !== "" || !mayBegin}
                  onChange={() => setName(one.name)}
                />
                <span>
                  <strong>{word("exercise_name", one.name)}</strong>
                  <span className="dim">
                    {one.problem === ""
                      ? t("exercise.of_known", { n: one.nPeople, carrying: one.nCarrying, time: spanText(one.durationS) })
                      : t("exercise.cannot", { why: one.problem })}
                  </span>
                </span>
              </label>
            ))}
          </fieldset>
          {mayBegin ? (
            <div className="row">
              <button type="submit" className="primary" disabled={isBusy || chosen === undefined}>
                ◩ {t("exercise.do_begin")}
              </button>
            </div>
          ) : (
            <p className="dim">{t("exercise.not_yours")}</p>
          )}
        </form>
      )}
      <ul className="dim exercise-rules">
        <li>{t("exercise.real_alarms")}</li>
        <li>{t("exercise.at_end")}</li>
        <li>{t("exercise.kept")}</li>
      </ul>
      <Problem error={error} />
    </section>
  );
}
