import { useState } from "react";
import { ask } from "../../api/client";
import { t } from "../../i18n";
import { Problem } from "../../parts/Problem";
import type { Exercise } from "./exercise";

interface Props {
  readonly past: readonly Exercise[];
  readonly onBegun: () => void;
}

/** The service does not list the exercises that it knows: those that ran are offered, any can be typed. */
export function BeginExercise({ past, onBegun }: Props) {
  const known = [...new Set(past.map((one) => one.name))].filter((one) => one !== "");
  const [name, setName] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  // The same key until it is answered: a slow link must not begin two.
  const [key, setKey] = useState(() => crypto.randomUUID());

  const begin = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await ask("/exercises", { method: "POST", body: { exercise: name.trim() }, key });
      setKey(crypto.randomUUID());
      onBegun();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className="panel stack exercise-begin" aria-label={t("exercise.begin")}>
      <h2>{t("exercise.begin")}</h2>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          void begin();
        }}
      >
        <label className="stack grow">
          {t("exercise.which")}
          <input
            value={name}
            list="exercises-known"
            required
            maxLength={100}
            onChange={(event) => {
              setName(event.target.value);
              setKey(crypto.randomUUID());
            }}
          />
        </label>
        <datalist id="exercises-known">
          {known.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <button type="submit" className="primary" disabled={isBusy || name.trim() === ""}>
          ◩ {t("exercise.do_begin")}
        </button>
      </form>
      {known.length > 0 && (
        <div className="row">
          {known.map((one) => (
            <button key={one} type="button" aria-pressed={one === name} onClick={() => setName(one)}>
              {one}
            </button>
          ))}
        </div>
      )}
      <p className="dim">
        {t("exercise.real_alarms")} {t("exercise.drill_end")}
      </p>
      <Problem error={error} />
    </section>
  );
}
