// Words of the console, part by part; each part has all languages or does not compile.
import { useSyncExternalStore } from "react";
import { accounts } from "./accounts";
import { audit } from "./audit";
import { charts } from "./charts";
import { LANGUAGES, type Language } from "./define";
import { evidence } from "./evidence";
import { exercise } from "./exercise";
import { health } from "./health";
import { incidents } from "./incidents";
import { kept } from "./kept";
import { writeFiguresIn, written } from "./numbers";
import { plan } from "./plan";
import { reasons } from "./reasons";
import { responder } from "./responder";
import { setup } from "./setup";
import { shell } from "./shell";
import { shift } from "./shift";
import { time } from "./time";
import { troubles } from "./troubles";
import { type Spoken, TURNED, turnedRound } from "./turned";

export { LANGUAGES, type Language } from "./define";
export { beside, fixed, written } from "./numbers";
export { type Spoken, TURNED } from "./turned";

const PARTS = { ...shell.en, ...plan.en, ...incidents.en, ...evidence.en, ...reasons.en, ...responder.en, ...time.en, ...setup.en, ...accounts.en, ...audit.en, ...shift.en, ...charts.en, ...exercise.en, ...troubles.en, ...health.en, ...kept.en };
export type Key = keyof typeof PARTS;

const ALL = Object.fromEntries(
  (Object.keys(LANGUAGES) as Language[]).map((one) => [
    one,
    Object.assign({}, shell[one], plan[one], incidents[one], evidence[one], reasons[one], responder[one], time[one], setup[one], accounts[one], audit[one], shift[one], charts[one], exercise[one], troubles[one], health[one], kept[one]),
  ]),
) as Record<Language, Record<string, string>>;

/** Right-to-left languages, once one is added; the layout uses logical directions only. */
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["ar", "fa", "he", "ur"]);

let language: Spoken = "en";
let table: Record<string, string> = ALL.en;
let isFromRight = false;
const listeners = new Set<() => void>();

export function currentLanguage(): Spoken {
  return language;
}

export function setLanguage(next: Spoken): void {
  language = next;
  writeFiguresIn(next === TURNED ? "en" : next);
  table = next === TURNED ? turnedRound(ALL.en) : ALL[next];
  document.documentElement.lang = next;
  isFromRight = RIGHT_TO_LEFT.has(next.slice(0, 2));
  document.documentElement.dir = isFromRight ? "rtl" : "ltr";
  for (const listener of listeners) listener();
}

/** Return the words for a key; `{name}` is replaced by its value. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const words = table[key] ?? key;
  return filled(words, values);
}

const FILLED = /\{(\w+)((?:\|[^}|]*)*)\}/g;
/** A figure with a point, as the service sends it among its words. */
const FIGURE = /^[-+]?\d+\.\d+$/;
const FORMS = ["one", "few"] as const;

/** `{name}` becomes its value; `{name|person|people}` the form that goes with the number, Russian with three. */
function filled(words: string, values: Readonly<Record<string, string | number>>): string {
  return words.replace(FILLED, (whole, name: string, forms: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (forms === "") return apart(FIGURE.test(String(value)) ? written(String(value)) : String(value));
    const given = forms.slice(1).split("|");
    const kind = new Intl.PluralRules(language === TURNED ? "en" : language).select(Number(value));
    const row = FORMS.findIndex((one) => one === kind);
    return given[row === -1 || row > given.length - 2 ? given.length - 1 : row] ?? "";
  });
}

/** What stands in a sentence keeps its own order among words from right to left: signs, names, addresses. */
function apart(value: string): string {
  return isFromRight ? `\u2068${value}\u2069` : value;
}

/** Words for a value of the service, such as `not_screened`; the value itself where there are none. */
export function word(prefix: string, value: string): string {
  return table[`${prefix}.${value}`] ?? value.replaceAll("_", " ");
}

/** Whether there are words for a value of the service. */
export function hasWords(prefix: string, value: string): boolean {
  return table[`${prefix}.${value}`] !== undefined;
}

/** Words for a value of the service with figures in them; `{name}` is replaced by its value. */
export function words(prefix: string, value: string, values: Readonly<Record<string, string>>): string {
  return filled(word(prefix, value), values);
}

/** A fixed sentence that the service says in English, in this language; as it was said where it is not known. */
export function asKnown(prefix: string, said: string): string {
  const known = Object.entries(ALL.en).find(([key, words]) => words === said && key.startsWith(`${prefix}.`));
  return known === undefined ? said : (table[known[0]] ?? said);
}

/** Draw again when the language changes. */
export function useLanguage(): Spoken {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => language,
  );
}
