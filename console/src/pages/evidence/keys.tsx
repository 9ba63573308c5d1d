import { useEffect, useRef } from "react";
import { t } from "../../i18n";
import { isForPage, setKeysOn, useKeysOn } from "../../parts/incidents/keys";

export type Keys = Readonly<Record<string, { readonly does: string; readonly run: () => void }>>;

/** Keys of a page, while they are meant for it. */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const take = (event: KeyboardEvent): void => {
      if (!isForPage(event)) return;
      const target = event.target instanceof Element ? event.target : null;
      // On what is pressed with them, these two keys do what they always do.
      if ((event.key === " " || event.key === "Enter") && target?.closest("button, a, summary")) return;
      const deed = latest.current[event.key];
      if (deed === undefined) return;
      event.preventDefault();
      deed.run();
    };
    addEventListener("keydown", take);
    return () => removeEventListener("keydown", take);
  }, []);
}

/** The list of keys behind "?". */
export function KeysHelp({ keys }: { readonly keys: Keys }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const areOn = useKeysOn();
  useKeys({ "?": { does: "", run: () => dialog.current?.showModal() } });
  return (
    <>
      <button type="button" aria-label={t("keys.title")} title={t("keys.title")} onClick={() => dialog.current?.showModal()}>
        ?
      </button>
      <dialog ref={dialog} aria-label={t("keys.title")}>
        <div className="stack">
          <h2>{t("keys.title")}</h2>
          <table>
            <tbody>
              {Object.entries(keys).map(([key, { does }]) => (
                <tr key={key}>
                  <th scope="row">
                    <kbd>{key === " " ? "␣" : key}</kbd>
                  </th>
                  <td>{does}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <label className="row">
            <input type="checkbox" checked={areOn} onChange={(event) => setKeysOn(event.target.checked)} />
            {t("keys.on")}
          </label>
          <button type="button" autoFocus onClick={() => dialog.current?.close()}>
            {t("action.close")}
          </button>
        </div>
      </dialog>
    </>
  );
}
