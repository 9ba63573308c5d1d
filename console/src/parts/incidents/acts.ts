// What an operator can do with an incident: keys, words that are needed, what is asked.
import type { Act, Disposition, IncidentOut, Permission } from "../../api/types";

export interface Deed {
  readonly act: Act;
  readonly key: string;
  readonly asks: Permission;
  /** Whether something must be said first; without, it is done at the press of the key. */
  readonly form: "none" | "words" | "to" | "shelf" | "disposition";
  readonly needsWords: boolean;
}

/** In the order of the buttons. What a responder does stands on the responder's page. */
export const DEEDS: readonly Deed[] = [
  { act: "acknowledge", key: "a", asks: "work_incidents", form: "none", needsWords: false },
  { act: "take", key: "t", asks: "work_incidents", form: "none", needsWords: false },
  { act: "escalate", key: "e", asks: "work_incidents", form: "words", needsWords: true },
  { act: "hand_over", key: "h", asks: "work_incidents", form: "to", needsWords: false },
  { act: "note", key: "n", asks: "work_incidents", form: "words", needsWords: true },
  { act: "resolve", key: "r", asks: "work_incidents", form: "words", needsWords: false },
  { act: "close", key: "c", asks: "work_incidents", form: "disposition", needsWords: false },
  { act: "dismiss", key: "d", asks: "work_incidents", form: "disposition", needsWords: true },
  { act: "shelve", key: "s", asks: "shelve", form: "shelf", needsWords: true },
  { act: "unshelve", key: "s", asks: "shelve", form: "words", needsWords: true },
  { act: "reopen", key: "o", asks: "work_incidents", form: "words", needsWords: true },
];

export const DISPOSITIONS: readonly Disposition[] = ["threat", "benign", "system_fault", "drill"];
export const SHELF_MINUTES = [5, 10, 15, 30] as const;

export function deedsFor(incident: IncidentOut, permissions: readonly Permission[], me: string): Deed[] {
  return DEEDS.filter(
    (deed) =>
      incident.possible.includes(deed.act) &&
      permissions.includes(deed.asks) &&
      !(deed.act === "take" && incident.owner === me) &&
      !(deed.act === "hand_over" && incident.owner !== "" && incident.owner !== me),
  );
}

/** What one would do next, which the large button does. */
export function nextDeed(incident: IncidentOut, deeds: readonly Deed[], me: string): Deed | undefined {
  const of = (act: Act): Deed | undefined => deeds.find((deed) => deed.act === act);
  if (incident.state === "new") return of("acknowledge");
  if (incident.offered_to === me) return of("take");
  if (incident.state === "resolved") return of("close");
  if (incident.owner === "") return of("take");
  return undefined;
}

export interface Said {
  readonly text: string;
  readonly to: string;
  readonly disposition: Disposition | "";
  readonly minutes: number;
}

/** What is still missing before it can be sent; null where nothing is. */
export function missingOf(deed: Deed, said: Said): "words" | "to" | "disposition" | null {
  if (deed.form === "disposition" && said.disposition === "") return "disposition";
  if (deed.form === "to" && said.to.trim() === "") return "to";
  const least = deed.asks === "shelve" ? 3 : 1;
  if (deed.needsWords && said.text.trim().length < least) return "words";
  return null;
}

export interface Sent {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export function requestOf(incidentId: string, deed: Deed, said: Said): Sent {
  const of = `/incidents/${encodeURIComponent(incidentId)}`;
  const text = said.text.trim();
  if (deed.act === "shelve" || deed.act === "unshelve") {
    return { path: `${of}/shelving`, body: { for_s: deed.act === "shelve" ? 60 * said.minutes : 0, text } };
  }
  const body: Record<string, unknown> = { act: deed.act };
  if (text !== "") body["text"] = text;
  if (deed.form === "to") body["to"] = said.to.trim();
  if (deed.form === "disposition") body["disposition"] = said.disposition;
  return { path: `${of}/actions`, body };
}

/** The same request again has the same key, so that it is done once; another one has another. */
export class Keys {
  private last = "";
  private key = "";

  of(sent: Sent): string {
    const text = JSON.stringify(sent);
    if (text !== this.last) {
      this.last = text;
      this.key = crypto.randomUUID();
    }
    return this.key;
  }

  /** It was done: the same again would be another deed. */
  done(): void {
    this.last = "";
  }
}
