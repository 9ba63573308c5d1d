// A language from right to left that whoever works on the console can read: English, turned round.
import type { Language } from "./define";

/** Its name where such languages are made up for tests (Unicode CLDR): not offered, but a seat may be set to it. */
export const TURNED = "ar-XB";
export type Spoken = Language | typeof TURNED;

const MARK = "\u200f"; // as a letter from right to left
const OVERRIDE = "\u202e";
const END = "\u202c";

/** Return words that browsers set from right to left, as they would those of Arabic; figures stay as they are. */
export function turnedRound(words: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(words).map(([key, text]) => [key, turned(text)]));
}

function turned(text: string): string {
  return text
    .split(/(\{\w+[|}])/)
    .map((piece, n) => (n % 2 === 1 ? piece : piece.replace(/\p{L}[\p{L}’'-]*/gu, (one) => `${MARK}${OVERRIDE}${one}${END}${MARK}`)))
    .join("");
}
