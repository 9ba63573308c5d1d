// Why a check was requested, in the seat's language where the service knows the sentence.
import type { ReasonPart } from "../../api/types";
import { hasWords, word, words } from "../../i18n";

/** Return a reason in this language; as it was said, in English, where any of its sentences is not known. */
export function reasonWords(parts: readonly ReasonPart[] | undefined, text: string): string {
  if (parts === undefined || parts.length === 0 || !parts.every((one) => hasWords("why_of", one.code))) return text;
  return parts.map((one) => words("why_of", one.code, valuesOf(one))).join("");
}

/** Whether it is still in English: then a screen reader is told. */
export function isAsSaid(parts: readonly ReasonPart[] | undefined): boolean {
  return parts === undefined || parts.length === 0 || !parts.every((one) => hasWords("why_of", one.code));
}

function valuesOf({ values }: ReasonPart): Record<string, string> {
  const told: Record<string, string> = { ...values };
  if (values["zone"] !== undefined) told["zone"] = word("zone", values["zone"]);
  if (values["class"] !== undefined) told["class"] = word("item_class", values["class"]);
  return told;
}
