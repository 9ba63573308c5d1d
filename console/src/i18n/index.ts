// Words of the console, part by part; each part has all languages or does not compile.
import { useSyncExternalStore } from "react";
import { accounts } from "./accounts";
import { audit } from "./audit";
import { LANGUAGES, type Language } from "./define";
import { evidence } from "./evidence";
import { exercise } from "./exercise";
import { incidents } from "./incidents";
import { plan } from "./plan";
import { reasons } from "./reasons";
import { responder } from "./responder";
import { setup } from "./setup";
import { shell } from "./shell";
import { shift } from "./shift";
import { time } from "./time";

export { LANGUAGES, type Language } from "./define";

const PARTS = { ...shell.en, ...plan.en, ...incidents.en, ...evidence.en, ...reasons.en, ...responder.en, ...time.en, ...setup.en, ...accounts.en, ...audit.en, ...shift.en, ...exercise.en };
export type Key = keyof typeof PARTS;

const ALL = Object.fromEntries(
  (Object.keys(LANGUAGES) as Language[]).map((one) => [
    one,
    Object.assign({}, shell[one], plan[one], incidents[one], evidence[one], reasons[one], responder[one], time[one], setup[one], accounts[one], audit[one], shift[one], exercise[one]),
  ]),
) as Record<Language, Record<string, string>>;

/** Right-to-left languages, once one is added; the layout uses logical directions only. */
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["ar", "fa", "he", "ur"]);

let language: Language = "en";
const listeners = new Set<() => void>();

export function currentLanguage(): Language {
  return language;
}

export function setLanguage(next: Language): void {
  language = next;
  document.documentElement.lang = next;
  document.documentElement.dir = RIGHT_TO_LEFT.has(next) ? "rtl" : "ltr";
  for (const listener of listeners) listener();
}

/** Return the words for a key; `{name}` is replaced by its value. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const words = ALL[language][key] ?? key;
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Words for a value of the service, such as `not_screened`; the value itself where there are none. */
export function word(prefix: string, value: string): string {
  return ALL[language][`${prefix}.${value}`] ?? value.replaceAll("_", " ");
}

/** Whether there are words for a value of the service. */
export function hasWords(prefix: string, value: string): boolean {
  return ALL[language][`${prefix}.${value}`] !== undefined;
}

/** Words for a value of the service with figures in them; `{name}` is replaced by its value. */
export function words(prefix: string, value: string, values: Readonly<Record<string, string>>): string {
  return word(prefix, value).replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Draw again when the language changes. */
export function useLanguage(): Language {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => language,
  );
}
