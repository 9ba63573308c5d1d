// Single keys of a page: when they are meant for it, what they do, and whether they are wanted.
import { useEffect, useRef, useSyncExternalStore } from "react";

let areOn = true;
const listeners = new Set<() => void>();

/** Single keys can be switched off, for who speaks to the computer; not kept over a reload. */
export function setKeysOn(isOn: boolean): void {
  areOn = isOn;
  for (const listener of listeners) listener();
}

export function useKeysOn(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => areOn,
  );
}

/** Whether a key is meant for the page: not in a field, not in a dialog, not where letters are switched off. */
export function isForPage(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  // Speech becomes letters; Escape, arrows and the space bar do not come by themselves.
  if (!areOn && event.key.length === 1 && event.key !== " ") return false;
  const target = event.target;
  if (target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog") !== null) return false;
  return document.querySelector("dialog[open]") === null;
}

/** Whether the key is pressed on what is itself worked with the space bar and Enter. */
export function isOnButton(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.closest("button, a, summary") !== null;
}

/** Hear keys that are meant for the page; `act` says whether it has taken one. */
export function useKeyPress(act: (event: KeyboardEvent) => boolean): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (isForPage(event) && latest.current(event)) event.preventDefault();
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, []);
}
