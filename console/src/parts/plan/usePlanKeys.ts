import type { Measure } from "./drawOverlays";
import { pan, zoomAt } from "./geometry";
import type { Scene } from "./scene";
import type { PlanProps } from "./types";

interface Keys {
  readonly scene: Scene | null;
  readonly props: PlanProps;
  readonly measure: Measure;
  readonly setMeasure: (measure: Measure) => void;
  readonly toggleLegend: () => void;
}

const STEP_PX = 60;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
};

/** The plan by keys, while it has the focus; what it does not know is left to the page. */
export function usePlanKeys({ scene, props, measure, setMeasure, toggleLegend }: Keys) {
  return (event: React.KeyboardEvent): void => {
    if (scene === null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (act(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  function act(event: React.KeyboardEvent): boolean {
    if (scene === null) return false;
    const arrow = ARROWS[event.key];
    if (arrow !== undefined) return moved(arrow, event.shiftKey);
    switch (event.key) {
      case "+":
      case "=":
        scene.look((view, size) => zoomAt(view, size, scene.middle, 1.3));
        return true;
      case "-":
        scene.look((view, size) => zoomAt(view, size, scene.middle, 1 / 1.3));
        return true;
      case "0":
        props.onFollow?.(null);
        scene.fitAll();
        return true;
      case "[":
      case "]":
        return nextPerson(event.key === "]" ? 1 : -1);
      case "f":
        if (props.onFollow === undefined) return false;
        props.onFollow((props.followedTrack ?? null) === null ? (props.selectedTrack ?? null) : null);
        return true;
      case "m":
        setMeasure({ isOn: !measure.isOn, from: null, to: null });
        return true;
      case "l":
        toggleLegend();
        return true;
      case "Enter":
        return pressed();
      case "Escape":
        return left();
      case "PageUp":
      case "PageDown":
        return nextLevel(event.key === "PageUp" ? 1 : -1);
      default:
        return false;
    }
  }

  function moved([dx, dy]: readonly [number, number], isLong: boolean): boolean {
    const editing = props.editing;
    const handle = editing?.handles.find((one) => one.id === editing.selected);
    if (editing !== undefined && handle !== undefined) {
      const step = isLong ? 1 : 0.1;
      editing.onMove(handle.id, { x: handle.at.x + dx * step, y: handle.at.y + dy * step }, true);
      return true;
    }
    props.onFollow?.(null);
    const step = isLong ? 4 * STEP_PX : STEP_PX;
    scene?.look((view) => pan(view, -dx * step, dy * step));
    return true;
  }

  function nextPerson(step: number): boolean {
    const ids = [...(scene?.motion.movers.keys() ?? [])].sort((a, b) => a - b);
    if (ids.length === 0 || props.onSelectTrack === undefined) return false;
    const at = ids.indexOf(props.selectedTrack ?? -1);
    props.onSelectTrack(ids[(at + step + ids.length) % ids.length] ?? null);
    return true;
  }

  /** Enter is a press in the middle of the plan. */
  function pressed(): boolean {
    if (scene === null) return false;
    const at = scene.toSite(scene.middle);
    if (measure.isOn) setMeasure(nextMeasure(measure, at));
    else if (props.editing?.onPress !== undefined) props.editing.onPress(at);
    else return false;
    return true;
  }

  function left(): boolean {
    if (measure.isOn) setMeasure({ isOn: false, from: null, to: null });
    else if ((props.followedTrack ?? null) !== null) props.onFollow?.(null);
    else if ((props.editing?.selected ?? null) !== null) props.editing?.onSelect(null);
    else return false;
    return true;
  }

  function nextLevel(step: number): boolean {
    const levels = props.plan.levels;
    const at = Math.max(levels.findIndex((one) => one.level_id === props.levelId), 0);
    const next = levels[at + step];
    if (next === undefined) return levels.length > 1;
    props.onLevel?.(next.level_id);
    return true;
  }
}

/** The first press begins to measure, the second ends it, the third begins anew. */
export function nextMeasure(measure: Measure, at: { readonly x: number; readonly y: number }): Measure {
  return measure.from === null || measure.to !== null
    ? { isOn: true, from: at, to: null }
    : { ...measure, to: at };
}
