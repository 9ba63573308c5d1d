import { useEffect, useRef, useState } from "react";
import { t } from "../../i18n";
import { useKeyParts } from "./keyList";
import { setKeysOn, useKeyPress, useKeysOn } from "./keys";
import "./keys.css";

/** The list of keys, on every page behind "?" and behind a button. */
export function KeysHelp() {
  const [isOpen, setOpen] = useState(false);
  useKeyPress((event) => {
    if (event.key === "?") setOpen(true);
    return event.key === "?";
  });
  return (
    <>
      <button type="button" className="wide-only" aria-label={t("keys.title")} title={t("keys.title")} aria-keyshortcuts="?" onClick={() => setOpen(true)}>
        ?
      </button>
      {isOpen && <KeysDialog onClose={() => setOpen(false)} />}
    </>
  );
}

/** All keys of the page that is shown; letters can be switched off for who speaks to the computer. */
function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = useRef<HTMLButtonElement>(null);
  const areOn = useKeysOn();
  const parts = useKeyParts();
  useEffect(() => {
    dialog.current?.showModal?.();
    close.current?.focus();
  }, []);
  return (
    <dialog ref={dialog} className="keys" aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">{t("keys.title")}</h2>
      {parts.map((part) => (
        <section key={part.title} aria-label={part.title}>
          <h3>{part.title}</h3>
          <dl>
            {part.rows.map(([key, does]) => (
              <div key={`${key} ${does}`}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          {part.words !== undefined && <p>{part.words}</p>}
        </section>
      ))}
      <label className="row">
        <input type="checkbox" checked={areOn} onChange={(event) => setKeysOn(event.target.checked)} />
        {t("keys.on")}
      </label>
      <div className="row">
        <button type="button" ref={close} className="primary" onClick={() => dialog.current?.close()}>
          {t("action.close")}
        </button>
      </div>
    </dialog>
  );
}
