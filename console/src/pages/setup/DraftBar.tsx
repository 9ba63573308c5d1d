import { useEffect } from "react";
import { t } from "../../i18n";
import { nChanged, type SiteDraft } from "./useSiteDraft";

interface Props {
  readonly draft: SiteDraft;
  readonly view: "plan" | "text";
  readonly onView: (view: "plan" | "text") => void;
}

export function DraftBar({ draft, view, onView }: Props) {
  const text = draft.text ?? "";
  const n = nChanged(text, draft.inForce);
  const isKept = text === draft.keptText;
  useEffect(() => {
    if (isKept) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isKept]);
  return (
    <div className="editor-bar row" role="toolbar" aria-label={t("setup.title")}>
      <div className="row" role="group" aria-label={t("setup.view")}>
        {(["plan", "text"] as const).map((one) => (
          <button key={one} type="button" aria-pressed={one === view} onClick={() => onView(one)}>
            {t(`setup.view.${one}`)}
          </button>
        ))}
      </div>
      <button type="button" disabled={!draft.canUndo} onClick={draft.undo}>
        ↶ {t("setup.undo")}
      </button>
      <button type="button" disabled={!draft.canRedo} onClick={draft.redo}>
        ↷ {t("setup.redo")}
      </button>
      <span className="grow" role="status">
        {n === 0 && isKept ? `= ${t("setup.same")}` : isKept ? `✓ ${t("setup.kept", { n })}` : `● ${t("setup.unsaved", { n })}`}
      </span>
      {n > 0 && (
        <button type="button" onClick={() => draft.change(draft.inForce)}>
          {t("setup.to_file")}
        </button>
      )}
      <button type="button" className="primary" disabled={isKept || draft.isKeeping} onClick={() => void draft.keep()}>
        {t("setup.save")}
      </button>
    </div>
  );
}
