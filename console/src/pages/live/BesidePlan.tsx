import { useState } from "react";
import { fixed, t } from "../../i18n";
import { liveState, useLive } from "../../live/state";
import { useTick } from "../../parts/clock";
import { StateShape } from "../../parts/plan/Legend";
import { PeopleList } from "../../parts/plan/PeopleList";
import { countsOf } from "../../parts/plan/peopleRows";
import { SensorList } from "../../parts/plan/SensorList";
import { stateOf } from "../../parts/plan/drawFloor";
import { oldSeconds } from "./passed";
import type { Chosen } from "./useChosen";

type Open = "people" | "sensors" | null;

/** Under the plan: the same in figures, and in words for who opens it. Once a second is enough. */
export function BesidePlan({ chosen }: { readonly chosen: Chosen }) {
  const [open, setOpen] = useState<Open>(null);
  const now = useTick(1000);
  const { picture, healthAt, pictureAt } = liveState();
  const health = useLive((live) => live.health);
  const counts = picture === null ? null : countsOf(picture.people);
  const isLinked = useLive((live) => live.link === "open");
  const sensors = (health?.sensors ?? []).map((one) => (isLinked ? one : { ...one, is_stale: true }));
  const nWork = sensors.filter((one) => stateOf(one) === "ok").length;
  const isOld = oldSeconds(now) !== null;
  const toggle = (which: Open): void => setOpen((before) => (before === which ? null : which));
  const ageS = picture === null ? null : (picture.age_s ?? Infinity) + (now - pictureAt) / 1000;
  return (
    <div className="beside">
      <div className="row">
        <button type="button" aria-expanded={open === "people"} onClick={() => toggle("people")}>
          {counts === null ? t("plan.people") : t("plan.people_counts", { all: counts.all })}{isOld && " ⚠"}
        </button>
        {counts !== null && (
          <span className="beside-counts">
            <Count state={2} n={counts.alarm} words={t("plan.count.alarm", { n: counts.alarm })} />
            <Count state={3} n={counts.notScreened} words={t("plan.count.not_screened", { n: counts.notScreened })} />
            <Count state={0} n={counts.pending} words={t("plan.count.pending", { n: counts.pending })} />
            <Count state={1} n={counts.nothingFound} words={t("plan.count.nothing_found", { n: counts.nothingFound })} />
          </span>
        )}
        <span className="grow" />
        <button
          type="button"
          className={nWork < sensors.length || sensors.length === 0 ? "is-trouble" : ""}
          aria-expanded={open === "sensors"}
          onClick={() => toggle("sensors")}
        >
          {nWork < sensors.length || sensors.length === 0 ? "✕ " : ""}
          {t("plan.sensors")}{t("sign.colon")} {isLinked ? t("plan.sensors_work", { n: nWork, all: sensors.length }) : t("sensor.unknown")}
        </button>
        <span className={isOld ? "chip is-away number" : "dim number live-age"}>
          {ageS === null || !Number.isFinite(ageS) ? t("live.never_heard") : t("age.seconds", { seconds: fixed(Math.max(ageS, 0), 1) })}
        </span>
      </div>
      {open === "people" && picture !== null && (
        <div className="beside-list">
          <PeopleList
            people={picture.people}
            selectedTrack={chosen.trackId}
            onSelect={chosen.chooseTrack}
            onFollow={(trackId) => {
              chosen.chooseTrack(trackId);
              chosen.follow(trackId);
            }}
          />
        </div>
      )}
      {open === "sensors" && (
        <div className="beside-list">
          <SensorList sensors={sensors} passedS={Math.max((now - healthAt) / 1000, 0)} />
        </div>
      )}
    </div>
  );
}

function Count({ state, n, words }: { readonly state: number; readonly n: number; readonly words: string }) {
  return (
    <span title={words}>
      <StateShape state={state} /> <span className="number">{n}</span> <span className="beside-word">{words}</span>
    </span>
  );
}
