import { useMemo } from "react";
import type { Field, Plan as PlanData } from "../../api/types";
import { t } from "../../i18n";
import { Plan } from "../../parts/plan/Plan";
import type { Handle, Overlay } from "../../parts/plan/types";
import { useAsk } from "../../parts/useAsk";
import { changed, type Item, metresText, outlineOf, planWith, pointText, type XY } from "./siteItems";

interface Props {
  readonly plan: PlanData;
  readonly text: string;
  readonly items: readonly Item[];
  readonly chosen: Item | null;
  readonly levelId: string;
  readonly onLevel: (levelId: string) => void;
  readonly onChoose: (item: Item | null) => void;
  readonly onText: (text: string, isFinal: boolean) => void;
}

const TURN_HANDLE_M = 1.2;
const FORWARD_M = 0.9;

/** The plan of the draft with what can be taken and moved. */
export function SitePlan({ plan, text, items, chosen, levelId, onLevel, onChoose, onText }: Props) {
  const coverage = useAsk<readonly Field[]>("/site/coverage").data ?? NO_FIELDS;
  const drawn = useMemo(() => planWith(plan, items), [plan, items]);
  const here = items.filter((one) => one.levelId === levelId);
  const handles = here.flatMap((one) => handlesOf(one, one === chosen));
  const overlays = here.flatMap((one) => overlaysOf(one, one === chosen));

  const move = (id: string, to: XY, isFinal: boolean): void => {
    const [part = "", ...rest] = id.split(":");
    const item = here.find((one) => one.id === rest.join(":") && (one.kind === "lines") === (part === "from" || part === "to"));
    if (item === undefined) return;
    onText(movedText(text, item, part, to), isFinal);
  };
  return (
    <>
      <div className="editor-plan">
        <Plan
          plan={drawn}
          label={t("setup.plan")}
          levelId={levelId}
          onLevel={onLevel}
          coverage={coverage}
          overlays={overlays}
          editing={{
            handles,
            selected: chosen === null ? null : (handles.find((one) => one.id.endsWith(`:${chosen.id}`))?.id ?? null),
            onSelect: (id) => onChoose(id === null ? null : itemOfHandle(here, id)),
            onMove: move,
          }}
        />
      </div>
      <p className="dim editor-note">{t("setup.cover_note")}</p>
    </>
  );
}

const NO_FIELDS: readonly Field[] = [];

export function itemOfHandle(items: readonly Item[], handle: string): Item | null {
  const [part = "", ...rest] = handle.split(":");
  const kind = part === "from" || part === "to" ? "lines" : "sensors";
  return items.find((one) => one.kind === kind && one.id === rest.join(":")) ?? null;
}

export function movedText(text: string, item: Item, part: string, to: XY): string {
  if (item.kind === "lines") {
    return changed(text, "lines", item.id, part === "from" ? "from_site_m" : "to_site_m", pointText(to));
  }
  if (part === "at") return changed(text, "sensors", item.id, "position_site_m", pointText(to, item.heightM));
  // Whole degrees: nobody aims a bracket better than that by hand.
  const deg = Math.round((Math.atan2(to.y - item.at.y, to.x - item.at.x) * 180) / Math.PI);
  return changed(text, "sensors", item.id, "yaw_deg", metresText(deg));
}

function handlesOf(item: Item, isChosen: boolean): readonly Handle[] {
  if (item.kind === "lines") {
    return [
      { id: `from:${item.id}`, at: item.from, label: `${item.id}: ${t("setup.from")}` },
      { id: `to:${item.id}`, at: item.to, label: `${item.id}: ${t("setup.to")}` },
    ];
  }
  const at = { id: `at:${item.id}`, at: item.at, label: item.id };
  if (!isChosen) return [at];
  return [at, { id: `turn:${item.id}`, at: ahead(item.at, item.yawDeg, TURN_HANDLE_M), label: `${Math.round(item.yawDeg)}°` }];
}

function overlaysOf(item: Item, isChosen: boolean): readonly Overlay[] {
  if (item.kind === "sensors") {
    const outline = outlineOf(item);
    const overlays: Overlay[] = [];
    const [first] = outline;
    if (first !== undefined && isChosen) overlays.push({ kind: "area", points: outline, tone: "accent" });
    if (first !== undefined && !isChosen) overlays.push({ kind: "path", points: [...outline, first], tone: "ok", isDashed: true });
    if (item.spot !== null && isChosen) overlays.push({ kind: "circle", at: item.spot, radiusM: item.reachM, tone: "accent" });
    if (isChosen) overlays.push({ kind: "path", points: [item.at, ahead(item.at, item.yawDeg, TURN_HANDLE_M)], tone: "accent", hasArrow: true });
    return overlays;
  }
  if (!isChosen) return [];
  // Forward is to the right of the way from the first end to the second.
  const middle = { x: (item.from.x + item.to.x) / 2, y: (item.from.y + item.to.y) / 2 };
  const wayDeg = (Math.atan2(item.to.y - item.from.y, item.to.x - item.from.x) * 180) / Math.PI;
  return [
    { kind: "path", points: [item.from, item.to], tone: "accent" },
    { kind: "path", points: [middle, ahead(middle, wayDeg - 90, FORWARD_M)], tone: "accent", hasArrow: true, label: t("setup.forward") },
  ];
}

function ahead(at: XY, deg: number, metres: number): XY {
  const turn = (deg * Math.PI) / 180;
  return { x: at.x + metres * Math.cos(turn), y: at.y + metres * Math.sin(turn) };
}
