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

/** Places for words, one after the other; whoever comes later moves on by a row. */
export class LabelPlaces {
  private readonly taken: Box[] = [];

  /** Return where words so wide can stand, at `at` or `towards` (-1 up, 1 down) it. */
  place(at: Point, widthPx: number, towards: -1 | 1): Point {
    let y = at.y;
    const left = at.x - widthPx / 2 - 3;
    const right = at.x + widthPx / 2 + 3;
    for (let row = 0; row < MOST_ROWS; row += 1) {
      if (!this.taken.some((one) => Math.abs(one.y - y) < ROW_PX - 2 && one.left < right && left < one.right)) break;
      y += towards * ROW_PX;
    }
    // Off the plan nobody reads it: then rather over something else.
    y = Math.max(y, Math.min(TOP_PX, at.y));
    this.taken.push({ left, right, y });
    return { x: at.x, y };
  }
}
