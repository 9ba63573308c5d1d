import { useMemo, useRef, useState } from "react";
import { t } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { DraftBar } from "./DraftBar";
import { ItemFields } from "./ItemFields";
import { ItemList } from "./ItemList";
import { Problems } from "./Problems";
import { copied, type Item, itemsOf, levelsOf, newLine } from "./siteItems";
import { findBlock, withoutBlock } from "./siteText";
import { SitePlan } from "./SitePlan";
import { SiteText } from "./SiteText";
import { useEditorKeys } from "./useEditorKeys";
import { useSiteDraft } from "./useSiteDraft";

const NO_ITEMS: readonly Item[] = [];

/** Where sensors and lines stand: on the plan, in numbers, or in the text; all are the same file. */
export function SiteEditor() {
  const draft = useSiteDraft();
  const { text } = draft;
  const [view, setView] = useState<"plan" | "text">("plan");
  const [chosen, setChosen] = useState<string | null>(null);
  const [levelId, setLevelId] = useState<string | null>(null);
  const isDragging = useRef(false);
  const items = useMemo(() => (text === null ? NO_ITEMS : itemsOf(text)), [text]);
  const levels = useMemo(() => (text === null ? [] : levelsOf(text)), [text]);
  const item = items.find((one) => keyOf(one) === chosen) ?? null;
  const level = levelId ?? levels[0] ?? "";

  const choose = (next: Item | null): void => {
    setChosen(next === null ? null : keyOf(next));
    if (next !== null) setLevelId(next.levelId);
  };
  const copy = (): void => {
    if (text === null || item === null) return;
    const made = copied(text, item);
    draft.change(made.text);
    setChosen(`${item.kind}:${made.id}`);
  };
  const addLine = (): void => {
    const floor = draft.plan?.levels.find((one) => one.level_id === level);
    if (text === null || floor === undefined) return;
    const middle = (axis: 0 | 1): number => ((floor.min_site_m[axis] ?? 0) + (floor.max_site_m[axis] ?? 0)) / 2;
    const made = newLine(text, level, { x: middle(0), y: middle(1) });
    draft.change(made.text);
    setChosen(`lines:${made.id}`);
  };
  const remove = (): void => {
    const block = text === null || item === null ? undefined : findBlock(text, item.kind, item.id);
    if (text === null || block === undefined) return;
    draft.change(withoutBlock(text, block));
    setChosen(null);
  };
  /** The first change of a drag is a step to undo; the others join it. */
  const moved = (to: string, isFinal: boolean): void => {
    draft.change(to, isDragging.current);
    isDragging.current = !isFinal;
  };
  const walk = (by: 1 | -1): void => {
    const at = items.findIndex((one) => keyOf(one) === chosen);
    const next = items[at < 0 ? (by > 0 ? 0 : items.length - 1) : (at + by + items.length) % items.length];
    if (next !== undefined) choose(next);
  };
  useEditorKeys({
    walk, copy,
    toggleView: () => setView(view === "plan" ? "text" : "plan"),
    undo: draft.undo, redo: draft.redo,
    keep: () => void draft.keep(),
    leave: () => setChosen(null),
  });

  if (text === null) return draft.error === null ? <p role="status">…</p> : <Problem error={draft.error} />;
  return (
    <div className="editor">
      <DraftBar draft={draft} view={view} onView={setView} />
      <div className="editor-body">
        <div className="editor-main">
          {view === "text" ? (
            <SiteText text={text} chosen={item} onText={(to) => draft.change(to)} />
          ) : (
            draft.plan !== null && (
              <SitePlan
                plan={draft.plan}
                text={text}
                items={items}
                chosen={item}
                levelId={level}
                onLevel={setLevelId}
                onChoose={choose}
                onText={moved}
              />
            )
          )}
        </div>
        <div className="editor-side">
          <Problem error={draft.error} />
          {text === draft.keptText && text !== draft.inForce && <p className="editor-kept">{t("setup.saved")}</p>}
          <Problems checked={draft.checked} isChecking={draft.isChecking} items={items} onGo={choose} />
          {item === null ? (
            <p className="dim item-fields">{t("setup.hint")}</p>
          ) : (
            <ItemFields
              key={keyOf(item)}
              text={text}
              item={item}
              levels={levels}
              onText={(to, id) => {
                draft.change(to);
                if (id !== undefined) setChosen(`${item.kind}:${id}`);
              }}
              onCopy={copy}
              onRemove={remove}
            />
          )}
          <ItemList items={items} chosen={item} onChoose={choose} onAddLine={addLine} />
        </div>
      </div>
    </div>
  );
}

function keyOf(item: Item): string {
  return `${item.kind}:${item.id}`;
}
