import type { Card, IncidentOut, Plan, Why } from "../../api/types";
import { beside, fixed, t, word } from "../../i18n";
import { clockText } from "../clock";
import { Problem } from "../Problem";
import { arrowOf } from "../plan/geometry";
import { trackName } from "../plan/peopleRows";
import { follow } from "../route";
import { useAsk } from "../useAsk";
import { BodyFigure } from "./BodyFigure";
import { Deeds } from "./Deeds";
import { lengthText } from "./figures";
import { shortName } from "./listOf";
import "./incidents.css";
import { isAsSaid, reasonWords } from "./reason";
import { PriorityChip, StateWord } from "./signs";
import { Cued, Evidence, History, HowSure, Missing } from "./WhyPanel";

interface Props {
  readonly incident: IncidentOut;
  readonly card: Card | undefined;
  readonly plan: Plan | null;
  readonly names: readonly string[];
  readonly pAlarm: number | null;
  readonly minCoverage: number;
  readonly isSimulated: boolean;
  readonly isLost: boolean;
  readonly nowMs: number;
  /** Seconds since the card came, by the browser. */
  readonly passedS: number;
  readonly maySeeEvidence: boolean;
}

const WHY_EVERY_MS = 3000;
const MINUTE_MS = 60_000;

/** One incident on one screen: who, where, how long still, why, how sure, what next. */
export function IncidentCard(props: Props) {
  const { incident, card, plan, nowMs } = props;
  const isOpen = incident.state !== "closed";
  const id = encodeURIComponent(incident.incident_id);
  const why = useAsk<Why>(`/incidents/${id}/why`, isOpen && incident.reach === "followed" ? WHY_EVERY_MS : 0);
  const p = card?.p_threat ?? incident.p_threat;
  return (
    <article className={`incident-card is-${incident.priority}`} aria-labelledby="incident-title">
      <header className="row">
        <PriorityChip priority={incident.priority} />
        <h2 id="incident-title" className="grow">
          {t("incident.number", { n: shortName(incident.incident_id) })}
          <span className="dim"> · {t(incident.subject === "thing" ? "subject.thing_n" : "subject.person_n", { n: trackName(incident.track_id) })}</span>
        </h2>
        <StateWord state={incident.state} />
        <span className="number dim">{t("incident.ago", { time: lengthText(nowMs - incident.opened_utc_ms) })}</span>
      </header>
      {incident.exercise !== "" && <p className="incident-exercise">◩ {t(isOpen ? "exercise.mark_long" : "exercise.mark_over")}</p>}
      <div className="incident-body">
        <Where {...props} />
        <div className="incident-what">
          <BodyFigure zone={incident.zone} minCoverage={props.minCoverage} {...(why.data === null ? {} : { coverage: why.data.coverage })} />
          <div className="grow">
            <p className="incident-zone">{incident.zone === null ? t("zone.none_check_all") : word("zone", incident.zone)}</p>
            <p>{t("why.plain", { sensors: incident.sensors.join(", ") || "–" })}</p>
            {why.data !== null && <Missing why={why.data} minCoverage={props.minCoverage} />}
            {isOpen && !props.isLost && <Cued card={card} why={why.data} nowMs={nowMs} />}
          </div>
        </div>
        <HowSure p={p} prior={incident.prior} isSimulated={props.isSimulated} />
        {why.data !== null && <Evidence why={why.data} pAlarm={props.pAlarm} />}
        <Problem error={why.error} />
        <p className="dim incident-reason" {...(isAsSaid(incident.reason_parts) ? { lang: "en" } : {})}>
          {reasonWords(incident.reason_parts, incident.reason)}
        </p>
        <p className="dim number incident-ages">
          {why.data === null ? t("why.age_none") : t("why.age", { time: lengthText(nowMs - why.data.t_utc_ms) })}
          {props.maySeeEvidence && (
            <>
              {" · "}
              <a href={`/evidence/${id}`} onClick={follow}>{t("incident.evidence")}</a>
            </>
          )}
        </p>
        <People incident={incident} />
        <History incident={incident} clock={(ms) => clockText(ms, "local")} />
      </div>
      <footer>
        <Deeds key={incident.incident_id} incident={incident} names={props.names} />
      </footer>
      {plan === null && <p className="dim">{t("plan.none")}</p>}
    </article>
  );
}

/** Where they are now and next, and how long they can still be reached. */
function Where({ incident, card, plan, nowMs, passedS, isLost }: Props) {
  const leftS = card?.seconds_in_reach == null ? null : Math.max(card.seconds_in_reach - passedS, 0);
  const seenMs = card === undefined ? nowMs - incident.seen_utc_ms : (card.seen_s_ago + passedS) * 1000;
  const line = plan?.lines.find((one) => one.line_id === card?.next_line);
  const nextS = card?.next_line_s == null ? null : Math.max(card.next_line_s - passedS, 0);
  const x = card?.x_m ?? incident.x_site_m;
  const y = card?.y_m ?? incident.y_site_m;
  const isThere = incident.reach === "followed" && incident.state !== "closed";
  const speed = Math.hypot(card?.vx_m_per_s ?? 0, card?.vy_m_per_s ?? 0);
  return (
    <div className={isLost ? "incident-where is-old" : "incident-where"}>
      <div className="incident-left">
        {isThere && leftS !== null && !isLost ? (
          <>
            <strong className="number">{leftS < 10 ? fixed(leftS, 1) : fixed(leftS, 0)}</strong> <span>{t("where.seconds_left")}</span>
          </>
        ) : (
          <>
            <strong className="incident-gone">{isThere ? "–" : word("reach", incident.reach)}</strong>
            <span>{isThere ? t("where.left_not_known") : t("where.last_seen", { time: lengthText(seenMs) })}</span>
          </>
        )}
      </div>
      <dl>
        <dt>{isThere ? t("where.now") : t("where.last")}</dt>
        <dd>
          <strong>{incident.level_id}</strong> <span className="number nowrap">{beside([x, y], 1)} m</span>
        </dd>
        {isThere && (
          <>
            <dt>{t("where.next")}</dt>
            <dd>
              <span className="incident-arrow">{arrowOf(card?.vx_m_per_s ?? 0, card?.vy_m_per_s ?? 0)}</span>{" "}
              {speed > 0.2 ? <span className="number">{fixed(speed, 1)} m/s</span> : t("where.stands")}
              {card?.next_line != null && (
                <>
                  {" "}<span className="turns">→</span>{" "}
                  <strong>{line === undefined ? card.next_line : word("line", line.role)}</strong>
                  {nextS !== null && !isLost && <span className="number"> {t("where.in", { seconds: fixed(nextS, 0) })}</span>}
                </>
              )}
            </dd>
          </>
        )}
        <dt>{t("where.seen")}</dt>
        <dd className="number">{seenMs < MINUTE_MS ? t("age.seconds", { seconds: fixed(seenMs / 1000, 1) }) : t("incident.ago", { time: lengthText(seenMs) })}</dd>
      </dl>
    </div>
  );
}

/** Who has it, who is on the way, what it was. */
function People({ incident }: { readonly incident: IncidentOut }) {
  const parts = [
    [t("incident.owner"), incident.owner || t("incident.nobody")],
    [t("incident.offered"), incident.offered_to],
    [t("incident.responder"), incident.responder],
    [t("incident.escalations"), incident.escalations > 0 ? String(incident.escalations) : ""],
    [t("incident.was"), incident.disposition === null ? "" : word("disposition", incident.disposition)],
  ].filter(([, value]) => value !== "");
  return (
    <>
      <dl className="incident-people">
        {parts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {incident.is_returned_unacknowledged && <p className="problem">{t("incident.returned")}</p>}
    </>
  );
}
