import { useEffect } from "react";
import { stepFrom } from "../../parts/incidents/listOf";
import { isForPage, setKeysOn } from "../../parts/incidents/keys";
import { go } from "../../parts/route";
import type { Chosen } from "./useChosen";

interface Keys {
  readonly walk: readonly string[];
  readonly chosen: Chosen;
  readonly showKeys: () => void;
  readonly maySeeEvidence: boolean;
}

/** Single keys of the live page; those of an incident belong to its card. */
export function usePageKeys({ walk, chosen, showKeys, maySeeEvidence }: Keys): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "?" && !isInField(event.target)) setKeysOn(true);
      if (isForPage(event) && act(event)) event.preventDefault();
    };
    const act = (event: KeyboardEvent): boolean => {
      const onButton = event.target instanceof Element && event.target.closest("button, a, summary") !== null;
      const onRow = event.target instanceof Element && event.target.closest("[data-incident]") !== null;
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
          if ((onButton && !onRow) || chosen.trackId === null) return false;
          chosen.follow(chosen.followed === null ? chosen.trackId : null);
          return true;
        case "Enter":
          if ((onButton && !onRow) || chosen.incidentId === null || !maySeeEvidence) return false;
          go(`/evidence/${encodeURIComponent(chosen.incidentId)}`);
          return true;
        case "p":
          document.querySelector<HTMLElement>(".plan-stage")?.focus();
          return true;
        case "Escape":
          if (chosen.followed !== null) chosen.follow(null);
          else chosen.choose(null);
          return true;
        case "?":
          showKeys();
          return true;
        default:
          return false;
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}

function rowOf(incidentId: string): HTMLElement | undefined {
  const rows = document.querySelectorAll<HTMLElement>("[data-incident]");
  return [...rows].find((row) => row.dataset["incident"] === incidentId);
}

function isInField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select") !== null;
}
