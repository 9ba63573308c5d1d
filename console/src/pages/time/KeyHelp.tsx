import { useEffect, useRef } from "react";
import { t } from "../../i18n";

interface Props {
  readonly keys: readonly (readonly [string, string])[];
  readonly onClose: () => void;
}

/** All keys of a page, opened by a question mark. */
export function KeyHelp({ keys, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">{t("time.keys")}</h2>
      <table>
        <tbody>
          {keys.map(([key, words]) => (
            <tr key={key}>
              <th scope="row">
                <kbd>{key}</kbd>
              </th>
              <td>{words}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" autoFocus onClick={onClose}>
        {t("action.close")}
      </button>
    </dialog>
  );
}

/** Whether somebody is typing or working a control of its own: then keys are theirs. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  const at = event.target;
  return at instanceof HTMLElement && at.closest("input, textarea, select, dialog") !== null;
}
