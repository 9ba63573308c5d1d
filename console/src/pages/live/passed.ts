// What the newest picture says, and how long ago that was.
import type { Card, IncidentOut } from "../../api/types";
import { liveState } from "../../live/state";

export const OLD_S = 3;

export interface Passed {
  readonly cards: ReadonlyMap<string, Card>;
  readonly passedS: number;
  /** Too old to be believed. */
  readonly isOld: boolean;
}

export function passedSince(): Passed {
  const { picture, pictureAt } = liveState();
  if (picture === null) return { cards: new Map(), passedS: 0, isOld: true };
  const passedS = Math.max((performance.now() - pictureAt) / 1000, 0);
  return {
    cards: new Map(picture.cards.map((card) => [card.incident_id, card])),
    passedS,
    isOld: picture.is_stale || (picture.age_s ?? Infinity) + passedS > OLD_S,
  };
}

/** How old the picture is where it is too old or the link is gone; null while it is fresh. */
export function oldSeconds(now: number): number | null {
  const { picture, pictureAt, link, heardAt } = liveState();
  if (picture === null) return link === "connecting" ? null : Infinity;
  const age = (picture.age_s ?? Infinity) + Math.max(now - pictureAt, 0) / 1000;
  if (link !== "open") return Math.max(age, (now - heardAt) / 1000);
  return picture.is_stale || age > OLD_S ? age : null;
}

/** Accounts that are known here, to hand over to: whoever has done something with an incident. */
export function namesOf(incidents: Iterable<IncidentOut>, me: string): string[] {
  const names = new Set<string>();
  for (const one of incidents) {
    for (const name of [one.owner, one.responder, ...one.history.map((line) => line.by)]) names.add(name);
  }
  for (const nobody of ["", "station", me]) names.delete(nobody);
  return [...names].sort();
}
