import { useRef, useState } from "react";
import { ask } from "../api/client";
import { t } from "../i18n";
import { Problem } from "./Problem";

/** Stops what is sent out, at once; asked once more, because a slip stops a whole station. */
export function StopButton() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [why, setWhy] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isDone, setDone] = useState(false);
  const [isBusy, setBusy] = useState(false);

  const open = (): void => {
    setError(null);
    setDone(false);
    dialog.current?.showModal();
  };
  const stop = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await ask("/orders/stop", { method: "POST", body: { why } });
      setDone(true);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <button type="button" className="danger" onClick={open}>
        ■ {t("stop.button")}
      </button>
      <dialog ref={dialog} aria-labelledby="stop-title">
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void stop();
          }}
        >
          <h2 id="stop-title">{t("stop.ask")}</h2>
          <label className="stack">
            {t("stop.why")}
            <input value={why} onChange={(event) => setWhy(event.target.value)} maxLength={2000} />
          </label>
          <Problem error={error} />
          {isDone && <p role="status">✓ {t("stop.done")}</p>}
          <div className="row">
            {!isDone && (
              // The first thing in reach of the Enter key is what was asked for.
              <button type="submit" className="danger" autoFocus disabled={isBusy}>
                {t("stop.do")}
              </button>
            )}
            <button type="button" onClick={() => dialog.current?.close()}>
              {t(isDone ? "action.close" : "action.cancel")}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
