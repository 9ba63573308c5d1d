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

/** How far people are with it. */
export function StateWord({ state }: { readonly state: IncidentOut["state"] }) {
  return <span className={state === "new" ? "chip is-new" : "state-word"}>{word("state", state)}</span>;
}

/** Whether the person can still be reached; nothing while they can. */
export function ReachChip({ reach }: { readonly reach: IncidentOut["reach"] }) {
  if (reach === "followed") return null;
  return (
    <span className="chip is-away">
      <span aria-hidden="true">{reach === "gone" ? "⤫" : "◌"}</span> {word("reach", reach)}
    </span>
  );
}
