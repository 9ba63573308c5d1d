export const LANGUAGES = { en: "English", fr: "Français", de: "Deutsch", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

/** Words of one part of the console; a language that lacks a word is a type error. */
export function define<K extends string>(words: Record<Language, Record<K, string>>): Record<Language, Record<K, string>> {
  return words;
}
