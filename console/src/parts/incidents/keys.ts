// Single keys, and when they are not meant for the page: in a field, in a dialog, switched off.
import { useSyncExternalStore } from "react";

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

export function isForPage(event: KeyboardEvent): boolean {
  if (!areOn || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  const target = event.target;
  if (target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog") !== null) return false;
  return document.querySelector("dialog[open]") === null;
}
