import { type RefObject, useEffect, useRef } from "react";
import type { Measure } from "./drawOverlays";
import { pan, type Point, zoomAt } from "./geometry";
import type { Scene } from "./scene";
import type { PlanProps } from "./types";
import { nextMeasure } from "./usePlanKeys";

interface Pointing {
  readonly stage: RefObject<HTMLDivElement | null>;
  readonly scene: Scene | null;
  readonly props: PlanProps;
  readonly measure: Measure;
  readonly setMeasure: (measure: Measure) => void;
}

const CLICK_PX = 5;

/** The plan by mouse, pen or finger: drag to move, turn or pinch to zoom, press to choose. */
export function usePlanPointer(pointing: Pointing): void {
  const now = useRef(pointing);
  useEffect(() => {
    now.current = pointing;
  });
  const { stage, scene } = pointing;
  useEffect(() => {
    const holder = stage.current;
    if (holder === null || scene === null) return;
    const fingers = new Map<number, Point>();
    let from: Point | null = null;
    let isDrag = false;
    let held: string | null = null;

    const at = (event: MouseEvent): Point => {
      const box = holder.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const down = (event: PointerEvent): void => {
      if (event.button !== 0) return;
      holder.setPointerCapture(event.pointerId);
      const point = at(event);
      fingers.set(event.pointerId, point);
      from = point;
      isDrag = false;
      const { editing } = now.current.props;
      held = editing === undefined ? null : scene.handleAt(point);
      if (held !== null) editing?.onSelect(held);
    };
    const move = (event: PointerEvent): void => {
      const point = at(event);
      const { props, measure, setMeasure } = now.current;
      const before = fingers.get(event.pointerId);
      if (before === undefined) return;
      if (from !== null && Math.hypot(point.x - from.x, point.y - from.y) > CLICK_PX) isDrag = true;
      if (held !== null) {
        props.editing?.onMove(held, scene.toSite(point), false);
      } else if (fingers.size === 2) {
        pinch(event.pointerId, before, point);
      } else if (isDrag && !measure.isOn) {
        props.onFollow?.(null);
        scene.look((view) => pan(view, point.x - before.x, point.y - before.y));
      } else if (isDrag && from !== null) {
        setMeasure({ isOn: true, from: scene.toSite(from), to: scene.toSite(point) });
      }
      fingers.set(event.pointerId, point);
    };
    const pinch = (id: number, before: Point, point: Point): void => {
      const other = [...fingers].find(([one]) => one !== id)?.[1];
      if (other === undefined) return;
      const factor = Math.hypot(point.x - other.x, point.y - other.y) / Math.max(Math.hypot(before.x - other.x, before.y - other.y), 1);
      scene.look((view, size) => zoomAt(view, size, other, factor));
    };
    const up = (event: PointerEvent): void => {
      const point = at(event);
      const wasDown = fingers.delete(event.pointerId);
      if (!wasDown) return;
      if (held !== null) {
        now.current.props.editing?.onMove(held, scene.toSite(point), true);
        held = null;
      } else if (!isDrag) press(point);
    };
    const press = (point: Point): void => {
      const { props, measure, setMeasure } = now.current;
      if (measure.isOn) return setMeasure(nextMeasure(measure, scene.toSite(point)));
      if (props.editing?.onPress !== undefined) return props.editing.onPress(scene.toSite(point));
      const mark = scene.markAt(point);
      if (mark !== null && props.onSelectMark !== undefined) return props.onSelectMark(mark);
      props.onSelectTrack?.(scene.trackAt(point));
    };
    const turn = (event: WheelEvent): void => {
      event.preventDefault();
      const factor = Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) * 0.004);
      scene.look((view, size) => zoomAt(view, size, at(event), factor));
    };
    const gone = new AbortController();
    const options = { signal: gone.signal };
    holder.addEventListener("pointerdown", down, options);
    holder.addEventListener("pointermove", move, options);
    holder.addEventListener("pointerup", up, options);
    holder.addEventListener("pointercancel", up, options);
    holder.addEventListener("wheel", turn, { ...options, passive: false });
    return () => gone.abort();
  }, [stage, scene]);
}
