import { useEffect, useId, useRef, useState } from "react";
import type { Disposition, IncidentOut } from "../../api/types";
import { t, word } from "../../i18n";
import { Problem } from "../Problem";
import { type Deed, DISPOSITIONS, missingOf, type Said, SHELF_MINUTES } from "./acts";
import { HandOverTo } from "./HandOverTo";
import { shortName } from "./listOf";
import { type Acting, NOTHING_SAID } from "./useActing";

interface Props {
  readonly incident: IncidentOut;
  readonly deed: Deed;
  readonly acting: Acting;
  /** Names to hand over to, as far as they are known. */
  readonly names: readonly string[];
  readonly onClose: () => void;
}

/** Asks for the words that a deed needs; Enter sends, Escape leaves. */
export function DeedDialog({ incident, deed, acting, names, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const ids = useId();
  const [said, setSaid] = useState<Said>(NOTHING_SAID);
  const [isTried, setTried] = useState(false);
  useEffect(() => {
    acting.forget();
    dialog.current?.showModal?.();
  }, []);
  const missing = missingOf(deed, said);
  const change = (part: Partial<Said>): void => setSaid((before) => ({ ...before, ...part }));
  const send = async (): Promise<void> => {
    setTried(true);
    if (missing === null && (await acting.act(deed, said))) onClose();
  };
  const shown = deed.act === "dismiss" ? DISPOSITIONS.filter((one) => one !== "threat") : DISPOSITIONS;
  return (
    <dialog ref={dialog} aria-labelledby={`${ids}-title`} onClose={onClose} onCancel={onClose}>
      <form
        className="stack deed-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <h2 id={`${ids}-title`}>
          {word("act", deed.act)} · {t("incident.number", { n: shortName(incident.incident_id) })}
        </h2>
        <p className="dim">{word("act_means", deed.act)}</p>
        {deed.form === "disposition" && (
          <fieldset>
            <legend>{t("deed.what_was_it")}</legend>
            {shown.map((one, n) => (
              <label key={one} className="row">
                <input
                  type="radio"
                  name={`${ids}-disposition`}
                  checked={said.disposition === one}
                  autoFocus={n === 0}
                  onChange={() => change({ disposition: one satisfies Disposition })}
                />
                {word("disposition", one)}
              </label>
            ))}
          </fieldset>
        )}
        {deed.form === "to" && <HandOverTo to={said.to} names={names} onChange={(to) => change({ to })} />}
        {deed.form === "shelf" && (
          <label className="stack">
            {t("deed.for_how_long")}
            <select value={said.minutes} onChange={(event) => change({ minutes: Number(event.target.value) })}>
              {SHELF_MINUTES.map((one) => (
                <option key={one} value={one}>{t("deed.minutes", { n: one })}</option>
              ))}
            </select>
          </label>
        )}
        <label className="stack">
          {deed.needsWords ? t("deed.why_needed") : t("deed.why")}
          <textarea
            rows={3}
            maxLength={2000}
            value={said.text}
            autoFocus={deed.form === "words" || deed.form === "shelf"}
            onChange={(event) => change({ text: event.target.value })}
            onKeyDown={(event) => {
              if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
                event.preventDefault();
                void send();
              }
            }}
          />
        </label>
        {isTried && missing !== null && <p className="problem" role="alert">{word("deed.missing", missing)}</p>}
        <Problem error={acting.error} />
        <div className="row">
          <button type="submit" className="primary" disabled={acting.busy !== null}>
            {acting.busy !== null ? t("deed.sending") : word("act", deed.act)}
          </button>
          <button type="button" onClick={onClose}>{t("action.cancel")} · Esc</button>
        </div>
      </form>
    </dialog>
  );
}
