import { useEffect, useRef } from "react";
import { type Key, t, word } from "../../i18n";
import { DEEDS } from "../../parts/incidents/acts";
import { setKeysOn, useKeysOn } from "../../parts/incidents/keys";

const KEYS: readonly (readonly [string, Key])[] = [
  ["j", "keys.next"], ["k", "keys.before"], ["␣", "keys.follow"], ["Enter", "keys.evidence"], ["q", "keys.silence"],
  ["p", "keys.plan"], ["Esc", "keys.leave"], ["?", "keys.this"],
];

/** All keys of the page; they can be switched off for who speaks to the computer. */
export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const areOn = useKeysOn();
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    dialog.current?.showModal?.();
    close.current?.focus();
  }, []);
  return (
    <dialog ref={dialog} className="keys" aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">{t("keys.title")}</h2>
      <dl>
        {KEYS.map(([key, words]) => (
          <div key={key}><dt><kbd>{key}</kbd></dt><dd>{t(words)}</dd></div>
        ))}
        {DEEDS.filter((deed) => deed.act !== "unshelve").map((deed) => (
          <div key={deed.act}><dt><kbd>{deed.key}</kbd></dt><dd>{word("act", deed.act)}</dd></div>
        ))}
      </dl>
      <p>{t("keys.on_plan")}: {t("plan.keys")}</p>
      <label className="row">
        <input type="checkbox" checked={areOn} onChange={(event) => setKeysOn(event.target.checked)} />
        {t("keys.on")}
      </label>
      <div className="row">
        <button type="button" ref={close} className="primary" onClick={() => dialog.current?.close()}>{t("action.close")}</button>
      </div>
    </dialog>
  );
}
