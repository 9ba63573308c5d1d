// What a picture shows, in the seat's language where the sensor's own words are known.
import { type Key, t } from "../../../i18n";

const KNOWN: readonly (readonly [string, Key])[] = [
  ["echo off the body surface", "caption.surface"],
  ["echo off the body line", "caption.line"],
  ["dielectric layer over bare body", "caption.layer"],
  ["loss behind the back", "caption.loss"],
  ["path excess of the body's echo", "caption.body_excess"],
  ["path excess", "caption.excess"],
];

export function captionWords(caption: string): string {
  const known = KNOWN.find(([begin]) => caption.startsWith(begin));
  return known === undefined ? caption : t(known[1]);
}

/** Return the unit that a sensor put into its caption; nothing where there is none. */
export function unitOf(caption: string): string {
  return /,\s*(dB|mm|m|ns)\b/.exec(caption)?.[1] ?? "";
}
