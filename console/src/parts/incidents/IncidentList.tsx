import { useEffect, useRef } from "react";
import type { Card, IncidentOut } from "../../api/types";
import { fixed, t, word } from "../../i18n";
import { lengthText } from "./figures";
import { type Line, type Listed, shortName } from "./listOf";
import "./incidents.css";
import { PRIORITY_SIGNS, PriorityChip, ReachChip, StateWord } from "./signs";

interface Props {
  readonly listed: Listed;
  readonly isFlood: boolean;
  readonly nRecent: number;
  readonly selected: string | null;
  readonly openGroups: ReadonlySet<string>;
  readonly onToggleGroup: (id: string) => void;
  readonly onSelect: (id: string) => void;
  /** What changes all the time, by incident. */
  readonly cards: ReadonlyMap<string, Card>;
  /** Time of the service now, ms, and seconds since the cards came. */
  readonly nowMs: number;
  readonly passedS: number;
  readonly me: string;
  /** Whether the cards are too old to be believed. */
  readonly isOld: boolean;
  /** Whether the site has more than one floor, so that it must be said. */
  readonly hasLevels: boolean;
}

/** Who to look at, most urgent first. */
export function IncidentList(props: Props) {
  const { listed, isFlood, nRecent } = props;
  return (
    <div className="incident-list">
      {isFlood && (
        <p className="flood" role="status">
          ≋ <strong>{t("flood.title")}</strong> {t("flood.text", { n: nRecent })}
        </p>
      )}
      {listed.lines.length === 0 && <p className="dim">{t("incidents.none")}</p>}
      <ul>
        {listed.lines.map((line) => (
          <li key={line.kind === "one" ? line.incident.incident_id : line.id}>
            {line.kind === "one" ? <Row {...props} incident={line.incident} /> : <Group {...props} line={line} />}
          </li>
        ))}
      </ul>
      <Folded title={t("incidents.shelved", { n: listed.shelved.length })} all={listed.shelved} {...props} />
      <Folded title={t("incidents.closed", { n: listed.closed.length })} all={listed.closed} {...props} />
    </div>
  );
}

function Group(props: Props & { readonly line: Line & { readonly kind: "group" } }) {
  const { line, openGroups, onToggleGroup, hasLevels } = props;
  const isOpen = openGroups.has(line.id);
  return (
    <div className={`incident-group is-${line.priority}`}>
      <button type="button" aria-expanded={isOpen} onClick={() => onToggleGroup(line.id)}>
        <PriorityChip priority={line.priority} />
        <span className="grow">
          {t("flood.group", { n: line.members.length })}{hasLevels && <> · {line.levelId}</>}
        </span>
        {line.nNew > 0 && <span className="chip is-new">{t("flood.group_new", { n: line.nNew })}</span>}
        <span aria-hidden="true" className="turns">{isOpen ? "▾" : "▸"}</span>
      </button>
      {isOpen && (
        <ul>
          {line.members.map((one) => (
            <li key={one.incident_id}><Row {...props} incident={one} /></li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Folded({ title, all, ...props }: Props & { readonly title: string; readonly all: readonly IncidentOut[] }) {
  if (all.length === 0) return null;
  return (
    <details className="incident-folded">
      <summary>{title}</summary>
      <ul>
        {all.map((one) => (
          <li key={one.incident_id}><Row {...props} incident={one} /></li>
        ))}
      </ul>
    </details>
  );
}

function Row({ incident, selected, onSelect, cards, nowMs, passedS, me, isOld, hasLevels }: Props & { readonly incident: IncidentOut }) {
  const button = useRef<HTMLButtonElement>(null);
  const isSelected = incident.incident_id === selected;
  useEffect(() => {
    if (isSelected) button.current?.scrollIntoView?.({ block: "nearest" });
  }, [isSelected]);
  const card = cards.get(incident.incident_id);
  const leftS = card?.seconds_in_reach == null || isOld ? null : Math.max(card.seconds_in_reach - passedS, 0);
  const isOpen = incident.state !== "closed";
  const left = isOpen && leftS !== null ? t("incident.left_short", { seconds: fixed(leftS, 0) }) : null;
  const age =
    incident.shelved_until_utc_ms === null
      ? lengthText(nowMs - (isOpen ? incident.opened_utc_ms : incident.changed_utc_ms))
      : t("incident.shelved_for", { time: lengthText(incident.shelved_until_utc_ms - nowMs) });
  return (
    <button
      ref={button}
      type="button"
      className={`incident-row is-${incident.priority}${incident.state === "new" ? " is-unseen" : ""}`}
      data-incident={incident.incident_id}
      aria-current={isSelected}
      onClick={() => onSelect(incident.incident_id)}
    >
      <span className="incident-sign" aria-hidden="true">{PRIORITY_SIGNS[incident.priority]}</span>
      <span className="incident-main">
        <span className="incident-line">
          <strong>{t("incident.number", { n: shortName(incident.incident_id) })}</strong>
          <span className="hidden-words">{word("priority", incident.priority)}</span>
          <StateWord state={incident.state} />
          {incident.exercise !== "" && <span className="chip is-exercise">◩ {t("exercise.mark")}</span>}
          <span className="grow" />
          {left === null ? <Age age={age} /> : <strong className="incident-time">{left}</strong>}
        </span>
        <span className="incident-line">
          <ReachChip reach={incident.reach} />
          <span className="grow dim">
            {incident.subject === "thing" ? t("subject.thing") : incident.zone === null ? t("zone.none") : word("zone", incident.zone)}
            {hasLevels && <> · {incident.level_id}</>}
            {incident.owner !== "" && <> · {incident.owner === me ? t("incident.mine") : incident.owner}</>}
            {incident.offered_to !== "" && <> <span className="turns">→</span> {incident.offered_to === me ? t("incident.mine") : incident.offered_to}</>}
          </span>
          {left !== null && <Age age={age} />}
        </span>
      </span>
    </button>
  );
}

/** How long it has been on the list. */
function Age({ age }: { readonly age: string }) {
  return (
    <span className="incident-time dim">
      <span className="hidden-words">{t("incident.since")}: </span>
      {age}
    </span>
  );
}
