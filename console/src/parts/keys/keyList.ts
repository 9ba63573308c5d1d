// What the list behind "?" tells: whatever is on the page says which keys it hears.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { isOnButton, useKeyPress } from "./keys";

/** A key as it is written on it, and what it does. */
export type KeyRow = readonly [key: string, does: string];

export interface KeyPart {
  readonly title: string;
  readonly rows: readonly KeyRow[];
  /** What is said in a sentence rather than a row. */
  readonly words?: string;
}

type Told = () => KeyPart;
let told: readonly Told[] = [];
const listeners = new Set<() => void>();

function setTold(next: readonly Told[]): void {
  told = next;
  for (const listener of listeners) listener();
}

/** Put a part on the list while this is on the page; asked for its words when the list is shown. */
export function useKeyPart(part: () => KeyPart): void {
  const latest = useRef(part);
  latest.current = part;
  useEffect(() => {
    const tell: Told = () => latest.current();
    setTold([...told, tell]);
    return () => setTold(told.filter((one) => one !== tell));
  }, []);
}

/** The list as it is now; parts of the same title are one. */
export function useKeyParts(): readonly KeyPart[] {
  const now = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => told,
  );
  const parts = new Map<string, KeyPart>();
  for (const part of now.map((tell) => tell())) {
    const before = parts.get(part.title);
    parts.set(part.title, before === undefined ? part : { ...before, rows: [...before.rows, ...part.rows] });
  }
  return [...parts.values()];
}

export type Keys = Readonly<Record<string, { readonly does: string; readonly run: () => void }>>;

/** Keys of a page that need no more than to be pressed: heard, and on the list. */
export function useKeys(title: string, keys: Keys): void {
  useKeyPress((event) => {
    if ((event.key === " " || event.key === "Enter") && isOnButton(event)) return false;
    const deed = keys[event.key];
    deed?.run();
    return deed !== undefined;
  });
  useKeyPart(() => ({ title, rows: Object.entries(keys).map(([key, { does }]) => [nameOf(key), does]) }));
}

function nameOf(key: string): string {
  return key === " " ? "␣" : key === "Escape" ? "Esc" : key;
}
