import { t } from "../../i18n";
import { stepFrom } from "../../parts/incidents/listOf";
import { type KeyRow, useKeyPart } from "../../parts/keys/keyList";
import { isOnButton, useKeyPress } from "../../parts/keys/keys";
import { go } from "../../parts/route";
import type { Chosen } from "./useChosen";

interface Keys {
  readonly walk: readonly string[];
  readonly chosen: Chosen;
  readonly seesIncidents: boolean;
  readonly maySeeEvidence: boolean;
}

/** Single keys of the live page; those of an incident belong to its card. */
export function usePageKeys({ walk, chosen, seesIncidents, maySeeEvidence }: Keys): void {
  useKeyPart(() => ({ title: t("page.live"), rows: rows(seesIncidents, maySeeEvidence) }));
  useKeyPress((event) => {
    const isOnRow = event.target instanceof Element && event.target.closest("[data-incident]") !== null;
    const isTaken = isOnButton(event) && !isOnRow;
    switch (event.key) {
      case "j":
      case "k": {
        const next = stepFrom(walk, chosen.incidentId, event.key === "j" ? 1 : -1);
        if (next === null) return false;
        chosen.choose(next);
        rowOf(next)?.focus();
        return true;
      }
      case " ":
        if (isTaken || chosen.trackId === null) return false;
        chosen.follow(chosen.followed === null ? chosen.trackId : null);
        return true;
      case "Enter":
        if (isTaken || chosen.incidentId === null || !maySeeEvidence) return false;
        go(`/evidence/${encodeURIComponent(chosen.incidentId)}`);
        return true;
      case "p":
        document.querySelector<HTMLElement>(".plan-stage")?.focus();
        return true;
      case "Escape":
        if (chosen.followed !== null) chosen.follow(null);
        else chosen.choose(null);
        return true;
      default:
        return false;
    }
  });
}

function rows(seesIncidents: boolean, maySeeEvidence: boolean): readonly KeyRow[] {
  return [
    ...(seesIncidents ? ([["j", t("keys.next")], ["k", t("keys.before")]] as const) : []),
    ["␣", t("keys.follow")],
    ...(maySeeEvidence ? ([["Enter", t("keys.evidence")]] as const) : []),
    ["p", t("keys.plan")],
    ["Esc", t("keys.leave")],
  ];
}

function rowOf(incidentId: string): HTMLElement | undefined {
  const rows = document.querySelectorAll<HTMLElement>("[data-incident]");
  return [...rows].find((row) => row.dataset["incident"] === incidentId);
}
