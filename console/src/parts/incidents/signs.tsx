import type { IncidentOut, Priority } from "../../api/types";
import { word } from "../../i18n";

export const PRIORITY_SIGNS: Readonly<Record<Priority, string>> = { high: "▲", medium: "◆", low: "●" };

export function PriorityChip({ priority }: { readonly priority: Priority }) {
  return (
    <span className={`chip is-${priority}`}>
      <span aria-hidden="true">{PRIORITY_SIGNS[priority]}</span> {word("priority", priority)}
    </span>
  );
}

/** How far people are with it, and whether the person can still be reached. */
export function StateWords({ incident }: { readonly incident: IncidentOut }) {
  return (
    <>
      <span className={incident.state === "new" ? "chip is-new" : "state-word"}>{word("state", incident.state)}</span>
      {incident.reach !== "followed" && (
        <span className="chip is-away">
          <span aria-hidden="true">{incident.reach === "gone" ? "⤫" : "◌"}</span> {word("reach", incident.reach)}
        </span>
      )}
    </>
  );
}
