import { useEffect, useMemo, useState } from "react";
import type { Field, Plan as SitePlan } from "../../api/types";
import { fixed, t } from "../../i18n";
import { useLive } from "../../live/state";
import { useTick } from "../../parts/clock";
import { shortName } from "../../parts/incidents/listOf";
import { Plan } from "../../parts/plan/Plan";
import { countsOf } from "../../parts/plan/peopleRows";
import type { PeopleAt, PlanMark } from "../../parts/plan/types";
import { oldSeconds } from "./passed";
import type { Chosen } from "./useChosen";

const NOBODY: readonly number[] = [];

interface Props {
  readonly plan: SitePlan;
  readonly coverage: readonly Field[];
  readonly chosen: Chosen;
}

/** The plan with what comes ten times a second. */
export function LivePlan({ plan, coverage, chosen }: Props) {
  const picture = useLive((live) => live.picture);
  const health = useLive((live) => live.health);
  const incidents = useLive((live) => live.incidents);
  const isLinked = useLive((live) => live.link === "open");
  const now = useTick(500);
  const [levelId, setLevel] = useState(plan.levels[0]?.level_id ?? "");
  const people = useMemo<PeopleAt | null>(
    () => (picture === null ? null : { people: picture.people, tMs: picture.t_utc_ms }),
    [picture],
  );
  const oldS = oldSeconds(now);
  const isOld = oldS !== null;
  const marks = useMemo<PlanMark[]>(() => {
    const cards = new Map(picture?.cards.map((card) => [card.incident_id, card]));
    return [...incidents.values()]
      .filter((one) => one.state !== "closed" && one.same_as === "" && one.reach !== "gone")
      .map((one) => {
        const card = cards.get(one.incident_id);
        const left = card?.seconds_in_reach ?? null;
        return {
          id: one.incident_id,
          trackId: one.track_id,
          at: { x: card?.x_m ?? one.x_site_m, y: card?.y_m ?? one.y_site_m },
          levelId: one.level_id,
          priority: one.priority,
          label: left === null || isOld ? shortName(one.incident_id) : `${shortName(one.incident_id)} · ${fixed(left, 0)} s`,
          isLost: one.reach === "lost",
          isAcknowledged: one.state !== "new",
        };
      });
  }, [incidents, picture, isOld]);

  // Who is looked at is on the floor that is shown.
  const chosenLevel = chosen.incidentId === null ? undefined : incidents.get(chosen.incidentId)?.level_id;
  useEffect(() => {
    if (chosenLevel !== undefined) setLevel(chosenLevel);
  }, [chosenLevel, chosen.incidentId]);

  // Nobody can be followed who is not on the plan any more.
  const isHere = chosen.trackId !== null && (picture?.people.track_id.includes(chosen.trackId) ?? false);
  // Without a link nothing is known of the sensors either: none of them looks well.
  const sensors = useMemo(
    () => (health?.sensors ?? []).map((one) => (isLinked ? one : { ...one, is_stale: true })),
    [health, isLinked],
  );
  const counts = picture === null ? null : countsOf(picture.people);
  return (
    <Plan
      plan={plan}
      label={t("plan.label", {
        title: plan.title, n: counts?.all ?? "–", alarm: counts?.alarm ?? "–", notScreened: counts?.notScreened ?? "–",
      })}
      levelId={levelId}
      onLevel={setLevel}
      people={people}
      oldS={oldS}
      marks={marks}
      simulated={picture?.exercise?.track_ids ?? NOBODY}
      health={sensors}
      coverage={coverage}
      selectedTrack={isHere ? chosen.trackId : null}
      onSelectTrack={chosen.chooseTrack}
      selectedMark={chosen.incidentId}
      onSelectMark={chosen.choose}
      followedTrack={isHere ? chosen.followed : null}
      onFollow={chosen.follow}
    />
  );
}
