import { useMemo } from "react";
import type { Card, IncidentOut, Plan as PlanData } from "../../api/types";
import { t, word } from "../../i18n";
import { Plan } from "../../parts/plan/Plan";
import type { Overlay, PlanMark } from "../../parts/plan/types";
import { cropped } from "./crop";
import { namedSpots, type Spot, type Whereabouts } from "./spots";
import { metres, turnOf, wayTo } from "./where";

interface Props {
  readonly incident: IncidentOut;
  readonly place: Whereabouts;
  readonly card: Card | undefined;
  readonly plan: PlanData | null;
  readonly here: Spot | null;
  readonly onHere: (spot: Spot | null) => void;
}

const UNSEEN_FROM_S = 3;
const ANYWHERE_FROM_S = 60;
const WALKS_FROM_M_PER_S = 0.3;

/** Arrow and distance from where I say I stand to where they are or were last. */
export function Way({ place, here }: Pick<Props, "place" | "here">) {
  const isSameLevel = here !== null && here.levelId === place.levelId;
  return (
    <div className="responder-way" aria-live="polite">
      {isSameLevel ? <Arrow from={here} to={place} /> : <NoWay here={here} place={place} />}
    </div>
  );
}

/** Where they are on the plan, how they move, and how long nobody has seen them. */
export function WhereTo({ incident, place, card, plan, here, onHere }: Props) {
  const isUnseen = place.unseenS > UNSEEN_FROM_S;
  return (
    <section className="responder-where">
      {isUnseen && (
        <p className="responder-unseen" role="alert">
          ⚠ {unseenWords(incident, place)}
        </p>
      )}
      {!isUnseen && <Moves place={place} card={card} />}
      {plan !== null && <Map incident={incident} place={place} plan={plan} here={here} isUnseen={isUnseen} onHere={onHere} />}
    </section>
  );
}

function Arrow({ from, to }: { readonly from: Spot; readonly to: Whereabouts }) {
  const way = wayTo(from, to);
  return (
    <>
      <svg className="responder-arrow" viewBox="-50 -50 100 100" aria-hidden="true">
        <path d="M0 -44 L32 4 L12 -2 L12 42 L-12 42 L-12 -2 L-32 4 Z" transform={`rotate(${way.turnDeg.toFixed(0)})`} />
      </svg>
      <p>
        <strong className="number responder-metres">{t("responder.distance", { metres: metres(way.distanceM) })}</strong>
        <br />
        {t(`responder.towards.${way.towards}`)}
      </p>
    </>
  );
}

function NoWay({ here, place }: { readonly here: Spot | null; readonly place: Whereabouts }) {
  return <p>{here === null ? t("responder.place_me") : t("responder.other_level", { level: place.levelId })}</p>;
}

function Moves({ place, card }: { readonly place: Whereabouts; readonly card: Card | undefined }) {
  const isWalking = Math.hypot(place.vx, place.vy) > WALKS_FROM_M_PER_S;
  const way = t(`responder.towards.${turnOf(place.vx, place.vy).towards}`);
  const reachS = card?.seconds_in_reach ?? null;
  return (
    <p className="responder-moves">
      <span>{isWalking ? t("responder.walks", { way }) : t("responder.stands")}</span>
      {card !== undefined && card.next_line !== null && card.next_line_s !== null && (
        <span>{t("responder.next_line", { line: card.next_line, seconds: Math.round(card.next_line_s) })}</span>
      )}
      {reachS !== null && <strong className="number">◔ {t("responder.leaves", { seconds: Math.round(reachS) })}</strong>}
    </p>
  );
}

function unseenWords(incident: IncidentOut, place: Whereabouts): string {
  const seconds = Math.round(place.unseenS);
  if (incident.reach === "gone") return t("responder.gone", { seconds });
  // After a minute they can be anywhere: a radius would only pretend.
  if (place.unseenS > ANYWHERE_FROM_S) return t("responder.unseen_long", { seconds });
  return t("responder.unseen", { seconds, metres: metres(place.withinM) });
}

interface MapProps extends Omit<Props, "card" | "plan"> {
  readonly plan: PlanData;
  readonly isUnseen: boolean;
}

function Map({ incident, place, plan, here, isUnseen, onHere }: MapProps) {
  const spots = useMemo(() => namedSpots(plan), [plan]);
  const isSameLevel = here !== null && here.levelId === place.levelId;
  const shown = plan.levels
    .filter((one) => one.level_id === place.levelId)
    .map((one) => cropped(one, isSameLevel ? [place, here] : [place]));
  const part = JSON.stringify(shown.map((one) => [one.min_site_m, one.max_site_m]));
  // Sensors are of no use on the floor, and hide who is looked for.
  const bare = useMemo(() => ({ ...plan, levels: shown, sensors: [] }), [plan, part]);
  const overlays: Overlay[] = [];
  if (isUnseen) overlays.push({ kind: "circle", at: place, radiusM: place.withinM, tone: "medium", isDashed: true });
  if (isSameLevel) {
    overlays.push({ kind: "path", points: [here, place], tone: "accent", hasArrow: true });
    overlays.push({ kind: "flag", at: here, tone: "accent", label: t("responder.here") });
  }
  const mark: PlanMark = {
    id: incident.incident_id,
    trackId: null,
    at: place,
    levelId: place.levelId,
    priority: incident.priority,
    label: t("responder.them"),
    isLost: isUnseen,
    isAcknowledged: incident.state !== "new",
  };
  return (
    <>
      <div className="responder-map">
        <Plan
          key={part}
          plan={bare}
          label={t("responder.map")}
          levelId={place.levelId}
          marks={[mark]}
          overlays={overlays}
          tools="few"
          editing={{
            handles: [],
            selected: null,
            onSelect: () => undefined,
            onMove: () => undefined,
            onPress: (at) => onHere({ ...at, levelId: place.levelId }),
          }}
        />
      </div>
      <label className="responder-near">
        <span>{t("responder.i_am_near")}</span>
        <select
          value={spots.find((one) => one.x === here?.x && one.y === here.y)?.name ?? ""}
          onChange={(event) => onHere(spots.find((one) => one.name === event.target.value) ?? null)}
        >
          <option value="">{here === null ? t("responder.not_set") : "–"}</option>
          {spots.map((one) => (
            <option key={one.name} value={one.name}>
              {word("line", one.role)} ({one.name})
            </option>
          ))}
        </select>
      </label>
    </>
  );
}
