import { t } from "../../i18n";
import { useKeyPart } from "../../parts/keys/keyList";
import { useKeyPress } from "../../parts/keys/keys";

interface Keys {
  readonly walk: (by: 1 | -1) => void;
  readonly copy: () => void;
  readonly toggleView: () => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly keep: () => void;
  readonly leave: () => void;
}

export function useEditorKeys(keys: Keys): void {
  useKeyPart(() => ({
    title: t("page.setup"),
    rows: [
      ["j k", t("setup.keys.next")],
      ["v", t("setup.keys.view")],
      ["u U", t("setup.keys.undo")],
      ["c", t("setup.keys.copy")],
      ["s", t("setup.keys.save")],
      ["Esc", t("setup.keys.leave")],
    ],
  }));
  useKeyPress((event) => {
    const acts: Readonly<Record<string, () => void>> = {
      j: () => keys.walk(1),
      k: () => keys.walk(-1),
      v: keys.toggleView,
      u: keys.undo,
      U: keys.redo,
      c: keys.copy,
      s: keys.keep,
      Escape: keys.leave,
    };
    const act = acts[event.key];
    act?.();
    return act !== undefined;
  });
}
