// Figures as they are written in the language: with a point or a comma. Kept apart from the words, which need them.
const MARKS = new Map<string, string>();
let mark = ".";

/** Write figures as in this language from now on. */
export function writeFiguresIn(language: string): void {
  let own = MARKS.get(language);
  if (own === undefined) {
    own = new Intl.NumberFormat(language, { numberingSystem: "latn" }).formatToParts(1.5).find((one) => one.type === "decimal")?.value ?? ".";
    MARKS.set(language, own);
  }
  mark = own;
}

/** A figure that is written with a point already, such as `-0.25`, with the language's own mark. */
export function written(figure: string): string {
  return mark === "." ? figure : figure.replace(".", mark);
}

/** A number with so many digits after the mark. */
export function fixed(value: number, digits: number): string {
  return written(value.toFixed(digits));
}

/** Coordinates beside each other: where the mark is a comma, it cannot part them as well. */
export function beside(values: readonly number[], digits: number): string {
  return values.map((one) => fixed(one, digits)).join(mark === "," ? "; " : ", ");
}
