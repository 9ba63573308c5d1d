// The live state, outside of React: messages come ten times a second, pages read what they need.
import { useSyncExternalStore } from "react";
import type { HealthMessage, HelloMessage, IncidentOut, OverviewOut, PictureMessage } from "./messages";

export type Link = "connecting" | "open" | "lost" | "signed_out" | "not_allowed" | "full";

export interface LiveState {
  readonly link: Link;
  readonly hello: HelloMessage | null;
  readonly picture: PictureMessage | null;
  readonly health: HealthMessage | null;
  readonly incidents: ReadonlyMap<string, IncidentOut>;
  readonly overview: OverviewOut | null;
  /** Browser's clock (performance.now) at the last message of any kind, and of each. */
  readonly heardAt: number;
  readonly pictureAt: number;
  readonly healthAt: number;
  /** Service's clock minus browser's, ms; the smallest delay seen lately. */
  readonly offsetMs: number;
}

export const EMPTY: LiveState = {
  link: "connecting",
  hello: null,
  picture: null,
  health: null,
  incidents: new Map(),
  overview: null,
  heardAt: -Infinity,
  pictureAt: -Infinity,
  healthAt: -Infinity,
  offsetMs: 0,
};

let state: LiveState = EMPTY;
const listeners = new Set<() => void>();

export function liveState(): LiveState {
  return state;
}

export function setLive(change: Partial<LiveState>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

export function forgetLive(): void {
  state = EMPTY;
  for (const listener of listeners) listener();
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Read a part of the live state; the page is drawn again only when that part is another one. */
export function useLive<T>(pick: (state: LiveState) => T): T {
  return useSyncExternalStore(subscribe, () => pick(state));
}
