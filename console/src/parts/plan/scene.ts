// The two canvases of a plan and what is on them: the floor, drawn when it changes, and people,
// drawn with every frame. Outside of React, because a frame must not wait for a page to be built.
import { drawFloor, type FloorInput } from "./drawFloor";
import { drawMark, drawPeople, type Taken } from "./drawPeople";
import { drawHandles, drawMeasure, drawOverlays, type Measure } from "./drawOverlays";
import { type Box, fit, keepIn, type Point, type Size, toScreen, toSite, type View } from "./geometry";
import { Motion } from "./motion";
import type { Palette } from "./palette";
import type { Handle, Overlay, PeopleAt, PlanMark } from "./types";

export interface SceneInput {
  readonly box: Box;
  readonly floor: FloorInput;
  readonly palette: Palette;
  readonly overlays: readonly Overlay[];
  readonly marks: readonly PlanMark[];
  readonly selectedMark: string | null;
  readonly selectedTrack: number | null;
  readonly followedTrack: number | null;
  readonly simulated: ReadonlySet<number>;
  readonly onUnknownLevel: ReadonlySet<number>;
  readonly isOld: boolean;
  readonly handles: readonly Handle[];
  readonly selectedHandle: string | null;
  readonly measure: Measure;
}

const PICK_PX = 18;

export class Scene {
  readonly motion = new Motion();
  /** Told when the zoom has changed, for the scale bar. */
  onZoom: (pxPerM: number) => void = () => undefined;
  private input: SceneInput | null = null;
  private view: View | null = null;
  private size: Size = { width: 0, height: 0 };
  private isFloorDirty = true;
  private isDirty = true;
  private isFitted = true;
  private frame = 0;
  private toldZoom = 0;
  nFrames = 0;

  constructor(
    private readonly floor: HTMLCanvasElement,
    private readonly above: HTMLCanvasElement,
  ) {}

  start(): () => void {
    const draw = (now: number): void => {
      this.frame = requestAnimationFrame(draw);
      this.draw(now);
    };
    this.frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(this.frame);
  }

  set(input: SceneInput): void {
    const before = this.input;
    this.input = input;
    if (before === null || before.floor.level.level_id !== input.floor.level.level_id) {
      this.isFitted = true;
      this.refit();
    }
    if (before?.floor !== input.floor || before.palette !== input.palette) this.isFloorDirty = true;
    this.isDirty = true;
  }

  take(people: PeopleAt | null): void {
    if (people === null) this.motion.forget();
    else this.motion.take(people.people, people.tMs, performance.now());
    this.isDirty = true;
  }

  resize(size: Size): void {
    const dots = Math.min(window.devicePixelRatio || 1, 2);
    for (const canvas of [this.floor, this.above]) {
      canvas.width = Math.round(size.width * dots);
      canvas.height = Math.round(size.height * dots);
    }
    this.size = size;
    if (this.isFitted) this.refit();
    this.isFloorDirty = this.isDirty = true;
  }

  get shown(): View {
    return this.view ?? { x: 0, y: 0, pxPerM: 40 };
  }

  look(change: (view: View, size: Size) => View): void {
    if (this.input === null) return;
    this.view = keepIn(change(this.shown, this.size), this.input.box);
    this.isFitted = false;
    this.changed();
  }

  fitAll(): void {
    this.isFitted = true;
    this.refit();
  }

  toSite(at: Point): Point {
    return toSite(this.shown, this.size, at);
  }

  get middle(): Point {
    return { x: this.size.width / 2, y: this.size.height / 2 };
  }

  /** Who is at that place of the screen. */
  trackAt(at: Point): number | null {
    let nearest: number | null = null;
    let least = PICK_PX;
    for (const mover of this.motion.movers.values()) {
      const there = toScreen(this.shown, this.size, mover);
      const far = Math.hypot(there.x - at.x, there.y - at.y) - (mover.state === 2 ? 4 : 0);
      if (far < least) [nearest, least] = [mover.trackId, far];
    }
    return nearest;
  }

  markAt(at: Point): string | null {
    const marks = this.input?.marks ?? [];
    const near = marks.find((mark) => {
      const there = toScreen(this.shown, this.size, this.placeOf(mark));
      return Math.hypot(there.x - at.x, there.y - at.y) < PICK_PX + 4;
    });
    return near?.id ?? null;
  }

  handleAt(at: Point): string | null {
    const near = this.input?.handles.find((handle) => {
      const there = toScreen(this.shown, this.size, handle.at);
      return Math.hypot(there.x - at.x, there.y - at.y) < PICK_PX;
    });
    return near?.id ?? null;
  }

  private placeOf(mark: PlanMark): Point {
    return (mark.trackId === null ? undefined : this.motion.movers.get(mark.trackId)) ?? mark.at;
  }

  private refit(): void {
    if (this.input === null || this.size.width < 10) return;
    this.view = fit(this.input.box, this.size);
    this.changed();
  }

  private changed(): void {
    this.isFloorDirty = this.isDirty = true;
    if (this.toldZoom !== this.shown.pxPerM) {
      this.toldZoom = this.shown.pxPerM;
      this.onZoom(this.toldZoom);
    }
  }

  private draw(now: number): void {
    const input = this.input;
    if (input === null || this.size.width < 10) return;
    if (this.motion.step(now)) this.isDirty = true;
    this.follow(input);
    if (!this.isDirty && !this.isFloorDirty) return;
    const dots = Math.min(window.devicePixelRatio || 1, 2);
    if (this.isFloorDirty) {
      const ctx = this.floor.getContext("2d", { alpha: false });
      if (ctx === null) return;
      ctx.setTransform(dots, 0, 0, dots, 0, 0);
      ctx.direction = "ltr";
      drawFloor(ctx, input.floor, this.shown, this.size, input.palette);
    }
    const ctx = this.above.getContext("2d");
    if (ctx === null) return;
    ctx.setTransform(dots, 0, 0, dots, 0, 0);
    ctx.direction = "ltr";
    ctx.clearRect(0, 0, this.size.width, this.size.height);
    drawOverlays(ctx, input.overlays, this.shown, this.size, input.palette);
    drawPeople(ctx, this.motion.movers.values(), input, this.shown, this.size, input.palette);
    const taken: Taken = [];
    const chosenFirst = [...input.marks].sort((a, b) => Number(b.id === input.selectedMark) - Number(a.id === input.selectedMark));
    for (const mark of chosenFirst) {
      drawMark(ctx, mark, this.placeOf(mark), mark.id === input.selectedMark, taken, this.shown, this.size, input.palette);
    }
    drawHandles(ctx, input.handles, input.selectedHandle, this.shown, this.size, input.palette);
    drawMeasure(ctx, input.measure, this.shown, this.size, input.palette);
    this.isDirty = this.isFloorDirty = false;
    this.nFrames += 1;
  }

  private follow(input: SceneInput): void {
    if (input.followedTrack === null) return;
    const mover = this.motion.movers.get(input.followedTrack);
    if (mover === undefined) return;
    const view = this.shown;
    const dx = mover.x - view.x;
    const dy = mover.y - view.y;
    if (Math.hypot(dx, dy) * view.pxPerM < 0.5) return;
    this.isFitted = false;
    this.view = { ...view, x: view.x + 0.15 * dx, y: view.y + 0.15 * dy };
    this.changed();
  }
}
