// What a seat likes: colours, language, sounds. Nothing else is ever kept in the browser.
import { useSyncExternalStore } from "react";
import { LANGUAGES, setLanguage, type Spoken, TURNED } from "../i18n";

export type Theme = "dark" | "light" | "contrast";

export interface Settings {
  readonly theme: Theme;
  readonly language: Spoken;
  readonly sound: boolean;
}

const KEY = "standex.seat";
const THEMES: readonly Theme[] = ["dark", "light", "contrast"];
const listeners = new Set<() => void>();
let settings: Settings = read();

function read(): Settings {
  const browser = navigator.language.slice(0, 2);
  const fallback: Settings = {
    theme: "dark",
    language: browser in LANGUAGES ? (browser as Spoken) : "en",
    sound: true,
  };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>;
    return {
      theme: THEMES.find((one) => one === kept.theme) ?? fallback.theme,
      language: kept.language && (kept.language in LANGUAGES || kept.language === TURNED) ? kept.language : fallback.language,
      sound: kept.sound ?? fallback.sound,
    };
  } catch {
    return fallback;
  }
}

export function changeSettings(change: Partial<Settings>): void {
  settings = { ...settings, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // A browser that keeps nothing still works.
  }
  applySettings();
  for (const listener of listeners) listener();
}

export function applySettings(): void {
  document.documentElement.dataset["theme"] = settings.theme;
  setLanguage(settings.language);
}

export function useSettings(): Settings {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => settings,
  );
}
