// What the service and its sensors say of what is wrong, in the seat's language where it is known.
import type { ReasonPart, SensorOut, TroubleOut } from "../api/types";
import { hasWords, word, words } from "../i18n";

export interface Said {
  /** In the seat's language; empty where nothing of it is known. */
  readonly words: string;
  /** In the service's own English, where that says more; empty where it does not. */
  readonly asSaid: string;
}

/** What a library or a device says by itself has no other language, and is left out of the sentences. */
const OWN_WORDS: readonly string[] = ["error", "said"];

/** What is wrong with a part of the service: always with words, if only on what its trouble means. */
export function troubleSaid(trouble: TroubleOut): Said {
  const told = sentences("trouble", trouble.text_parts, trouble.text);
  const about = hasWords("trouble_about", trouble.part) ? word("trouble_about", trouble.part) : "";
  return told.words === "" ? { words: about, asSaid: told.asSaid } : told;
}

/** What is wrong with a sensor. */
export function sensorSaid(sensor: Pick<SensorOut, "message" | "message_parts">): Said {
  return sentences("health", sensor.message_parts, sensor.message);
}

/** A sentence in this language, with what stands in it; as it was said where it is not known. */
export function sentences(prefix: string, parts: readonly ReasonPart[], text: string): Said {
  if (parts.length === 0 || !parts.every((one) => hasWords(prefix, one.code))) return { words: "", asSaid: text };
  const isWhole = parts.every((one) => !OWN_WORDS.some((name) => name in one.values));
  return { words: parts.map((one) => words(prefix, one.code, one.values)).join(""), asSaid: isWhole ? "" : text };
}
