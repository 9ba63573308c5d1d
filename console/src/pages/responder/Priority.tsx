import type { Priority as Level } from "../../api/types";
import { t } from "../../i18n";

const SHAPES: Readonly<Record<Level, string>> = { high: "▲", medium: "◆", low: "●" };

/** How urgent: shape, word and colour. */
export function Priority({ level }: { readonly level: Level }) {
  return (
    <span className={`responder-priority is-${level}`}>
      {SHAPES[level]} {t(`responder.priority.${level}`)}
    </span>
  );
}
