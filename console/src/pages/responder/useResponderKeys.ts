import type { IncidentOut } from "../../api/types";
import { t } from "../../i18n";
import { useKeyPart } from "../../parts/keys/keyList";
import { useKeyPress } from "../../parts/keys/keys";
import { go } from "../../parts/route";
import { delivery } from "./useFloor";

interface Keys {
  readonly ids: readonly string[];
  readonly chosen: IncidentOut | null;
  readonly me: string;
}

/** For a tablet on a stand, or a telephone with keys. */
export function useResponderKeys(keys: Keys): void {
  useKeyPart(() => ({
    title: t("page.responder"),
    rows: [
      ["j k", t("responder.key.walk")],
      ["a", t("responder.key.accept")],
      ["r", t("responder.key.reached")],
      ["Esc", t("responder.key.leave")],
    ],
  }));
  useKeyPress((event) => act(event.key, keys));
}

function act(key: string, { ids, chosen, me }: Keys): boolean {
  switch (key) {
    case "j":
    case "k":
      return walk(ids, chosen, key === "j" ? 1 : -1);
    case "a":
      return say(chosen, "accept", chosen?.responder === "");
    case "r":
      return say(chosen, "reached", chosen?.responder === me);
    case "Escape":
      if (chosen !== null) go("/responder");
      return chosen !== null;
    default:
      return false;
  }
}

function walk(ids: readonly string[], chosen: IncidentOut | null, by: 1 | -1): boolean {
  if (ids.length === 0) return false;
  const at = chosen === null ? -1 : ids.indexOf(chosen.incident_id);
  const next = ids[at < 0 ? (by > 0 ? 0 : ids.length - 1) : (at + by + ids.length) % ids.length];
  if (next !== undefined) go(`/responder/${encodeURIComponent(next)}`);
  return true;
}

function say(chosen: IncidentOut | null, what: "accept" | "reached", isMine: boolean): boolean {
  if (chosen === null || !isMine || !chosen.possible.includes(what)) return false;
  void delivery.act(chosen.incident_id, { act: what, text: "" });
  return true;
}
