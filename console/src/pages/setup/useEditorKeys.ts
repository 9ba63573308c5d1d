import { useEffect, useRef } from "react";
import { t } from "../../i18n";
import { isTyping } from "../time/KeyHelp";

interface Keys {
  readonly walk: (by: 1 | -1) => void;
  readonly copy: () => void;
  readonly toggleView: () => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly keep: () => void;
  readonly leave: () => void;
  readonly help: () => void;
}

export function editorKeys(): readonly (readonly [string, string])[] {
  return [
    ["j k", t("setup.keys.next")],
    ["v", t("setup.keys.view")],
    ["u U", t("setup.keys.undo")],
    ["c", t("setup.keys.copy")],
    ["s", t("setup.keys.save")],
    ["Esc", t("setup.keys.leave")],
    ["?", t("setup.keys.help")],
  ];
}

export function useEditorKeys(keys: Keys): void {
  const now = useRef(keys);
  useEffect(() => {
    now.current = keys;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (isTyping(event)) return;
      const acts: Readonly<Record<string, () => void>> = {
        j: () => now.current.walk(1),
        k: () => now.current.walk(-1),
        v: now.current.toggleView,
        u: now.current.undo,
        U: now.current.redo,
        c: now.current.copy,
        s: now.current.keep,
        Escape: now.current.leave,
        "?": now.current.help,
      };
      const act = acts[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}
