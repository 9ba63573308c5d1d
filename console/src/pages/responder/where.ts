// Where to go: from where I stand on the plan to where the person is, or was last.
import { fixed } from "../../i18n";
export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Way {
  readonly distanceM: number;
  /** Turn of an arrow that points up the plan, degrees, clockwise. */
  readonly turnDeg: number;
  /** One of eight, as seen on the plan. */
  readonly towards: Towards;
}

export const TOWARDS = ["up", "up_right", "right", "down_right", "down", "down_left", "left", "up_left"] as const;
export type Towards = (typeof TOWARDS)[number];

/** How fast somebody who is not seen may have gone on, m/s: a brisk walk. */
export const UNSEEN_M_PER_S = 1.8;

export function wayTo(from: Place, to: Place): Way {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  return { distanceM: Math.hypot(dx, dy), ...turnOf(dx, dy) };
}

/** The turn for a direction on the plan, where x is to the right and y is up. */
export function turnOf(dx: number, dy: number): { readonly turnDeg: number; readonly towards: Towards } {
  const turnDeg = ((Math.atan2(dx, dy) * 180) / Math.PI + 360) % 360;
  return { turnDeg, towards: TOWARDS[Math.round(turnDeg / 45) % 8] ?? "up" };
}

/** How far from where they were seen last somebody can be by now. */
export function mayBeWithinM(unseenS: number): number {
  return unseenS <= 1 ? 0 : unseenS * UNSEEN_M_PER_S;
}

/** Metres in words that can be walked: whole ones from two on. */
export function metres(distanceM: number): string {
  return distanceM < 2 ? fixed(distanceM, 1) : String(Math.round(distanceM));
}
