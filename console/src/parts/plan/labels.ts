// Words on the plan that do not lie over each other.
import type { Point } from "./geometry";

interface Box {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

const ROW_PX = 17;
const TOP_PX = 9;
const MOST_ROWS = 4;
const EDGE_PX = 4;

/** Places for words, one after the other; whoever comes later moves on by a row. */
export class LabelPlaces {
  private readonly taken: Box[] = [];

  /** On a plan so wide; words near its edge are moved inside, as they are when they are drawn. */
  constructor(private readonly acrossPx = Infinity) {}

  /** Return where words so wide can stand, at `at` or `towards` (-1 up, 1 down) it. */
  place(at: Point, widthPx: number, towards: -1 | 1): Point {
    const left = inside(at.x - widthPx / 2, widthPx, this.acrossPx) - 3;
    const right = left + widthPx + 6;
    const isFree = (y: number): boolean =>
      !this.taken.some((one) => Math.abs(one.y - y) < ROW_PX - 2 && one.left < right && left < one.right);
    // Off the plan nobody reads it: then rather on the other side, and last of all over something else.
    const top = Math.min(TOP_PX, at.y);
    const rows = [towards, -towards].flatMap((way) => Array.from({ length: MOST_ROWS }, (_, row) => at.y + way * row * ROW_PX));
    const y = rows.find((one) => one >= top && isFree(one)) ?? Math.max(at.y + towards * (MOST_ROWS - 1) * ROW_PX, top);
    this.taken.push({ left, right, y });
    return { x: at.x, y };
  }
}

/** Where words so wide begin so that they stay on the plan. */
export function inside(left: number, widthPx: number, acrossPx: number): number {
  return Math.max(Math.min(left, acrossPx - widthPx - EDGE_PX), EDGE_PX);
}
