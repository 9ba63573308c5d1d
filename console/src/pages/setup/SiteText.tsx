import { useEffect, useRef } from "react";
import { t } from "../../i18n";
import type { Item } from "./siteItems";
import { findBlock } from "./siteText";

interface Props {
  readonly text: string;
  readonly chosen: Item | null;
  readonly onText: (text: string) => void;
}

/** The file itself; what the other views cannot change is changed here. */
export function SiteText({ text, chosen, onText }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const name = chosen === null ? "" : `${chosen.kind}:${chosen.id}`;
  useEffect(() => {
    const box = area.current;
    const block = chosen === null ? undefined : findBlock(text, chosen.kind, chosen.id);
    if (box === null || block === undefined) return;
    const rowPx = box.scrollHeight / Math.max(text.split("\n").length, 1);
    box.scrollTop = Math.max(0, (block.start - 2) * rowPx);
    // Only another choice moves the text, never typing in it.
  }, [name]);
  return (
    <label className="editor-text">
      <span className="dim">
        {t("setup.text_label")} · {t("setup.text_hint")}
      </span>
      <textarea
        ref={area}
        spellCheck={false}
        wrap="off"
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
    </label>
  );
}
