import { useMemo, useState } from "react";
import type { Field, Plan as SitePlan } from "../../api/types";
import { fixed, t } from "../../i18n";
import { useLive } from "../../live/state";
import { serviceNow, useTick } from "../../parts/clock";
import { IncidentCard } from "../../parts/incidents/IncidentCard";
import { IncidentList } from "../../parts/incidents/IncidentList";
import { listed, walkOf } from "../../parts/incidents/listOf";
import { useMe } from "../../parts/session";
import { useAsk } from "../../parts/useAsk";
import { BesidePlan } from "./BesidePlan";
import { LivePlan } from "./LivePlan";
import { NothingChosen } from "./NothingChosen";
import { namesOf, passedSince } from "./passed";
import { useChosen } from "./useChosen";
import { usePageKeys } from "./usePageKeys";
import "./live.css";

const COVERAGE_EVERY_MS = 10_000;
const NO_FIELDS: readonly Field[] = [];

/** Who to look at, where they are, why, and what to do: one page, the whole shift. */
export default function LivePage() {
  const me = useMe();
  const seesIncidents = me.permissions.includes("see_incidents");
  const site = useAsk<SitePlan>("/site");
  const coverage = useAsk<Field[]>("/site/coverage", COVERAGE_EVERY_MS);
  const incidents = useLive((live) => live.incidents);
  const overview = useLive((live) => live.overview);
  const [openGroups, setOpenGroups] = useState<ReadonlySet<string>>(new Set());
  const list = useMemo(() => listed(incidents, overview), [incidents, overview]);
  const walk = walkOf(list.lines, openGroups);
  const chosen = useChosen(walk, incidents);

  const toggleGroup = (id: string): void =>
    setOpenGroups((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]));
  usePageKeys({ walk, chosen, seesIncidents, maySeeEvidence: me.permissions.includes("see_evidence") });

  return (
    <div className={seesIncidents ? "live" : "live is-plan-only"}>
      {seesIncidents && (
        <section className="live-list panel" aria-label={t("incidents.title")}>
          <header className="row">
            <h2 className="grow">
              {t("incidents.title")} <span className="number">{list.nOpen}</span>
              {list.nNew > 0 && <span className="chip is-new">{t("incidents.n_new", { n: list.nNew })}</span>}
            </h2>
            <LinkAge />
          </header>
          <TickingList
            list={list}
            hasLevels={(site.data?.levels.length ?? 2) > 1}
            openGroups={openGroups}
            onToggleGroup={toggleGroup}
            selected={chosen.incidentId}
            onSelect={chosen.choose}
          />
        </section>
      )}
      <section className="live-plan panel" aria-label={t("live.plan")}>
        {site.data === null ? (
          <p className="dim">{site.error === null ? t("live.loading") : t("live.no_plan")}</p>
        ) : (
          <>
            <LivePlan plan={site.data} coverage={coverage.data ?? NO_FIELDS} chosen={chosen} />
            <BesidePlan chosen={chosen} />
          </>
        )}
      </section>
      {seesIncidents && (
        <section className="live-card panel" aria-label={t("live.card")}>
          <TickingCard plan={site.data} incidentId={chosen.incidentId} nOpen={list.nOpen} />
        </section>
      )}
    </div>
  );
}

/** How long ago the service was last heard of: the list is as old as that. */
function LinkAge() {
  const heardAt = useLive((live) => live.heardAt);
  const now = useTick(500);
  const seconds = (now - heardAt) / 1000;
  const isOld = !(seconds < 3);
  return (
    <span className={isOld ? "chip is-away number" : "dim number live-age"}>
      {isOld && "⚠ "}
      {Number.isFinite(seconds) ? t("age.seconds", { seconds: fixed(Math.max(seconds, 0), 1) }) : t("live.never_heard")}
    </span>
  );
}

type ListProps = Pick<Parameters<typeof IncidentList>[0], "openGroups" | "onToggleGroup" | "selected" | "onSelect"> & {
  readonly list: ReturnType<typeof listed>;
  readonly hasLevels: boolean;
};

const TICK_MS = 250;

/** The list, drawn four times a second: messages come more often than people read. */
function TickingList({ list, hasLevels, ...rest }: ListProps) {
  useTick(TICK_MS);
  const me = useMe();
  const overview = useLive((live) => live.overview);
  const { cards, passedS, isOld } = passedSince();
  const isLost = useLive((live) => live.link !== "open");
  return (
    <div className="live-scroll">
      <IncidentList
        {...rest}
        listed={list}
        isFlood={overview?.is_flood ?? false}
        nRecent={overview?.n_recent ?? 0}
        cards={cards}
        nowMs={serviceNow()}
        passedS={passedS}
        me={me.account_id}
        isOld={isOld || isLost}
        hasLevels={hasLevels}
      />
    </div>
  );
}

interface CardProps {
  readonly plan: SitePlan | null;
  readonly incidentId: string | null;
  readonly nOpen: number;
}

function TickingCard({ plan, incidentId, nOpen }: CardProps) {
  useTick(200);
  const me = useMe();
  const incidents = useLive((live) => live.incidents);
  const point = useLive((live) => live.health?.operating_point ?? null) ?? plan?.operating_point ?? null;
  const isSimulated = useLive((live) => live.hello?.is_simulated ?? false);
  const isLost = useLive((live) => live.link !== "open");
  const names = useMemo(() => namesOf(incidents.values(), me.account_id), [incidents, me]);
  const incident = incidentId === null ? undefined : incidents.get(incidentId);
  if (incident === undefined) return <NothingChosen nOpen={nOpen} isLost={isLost} />;
  const { cards, passedS, isOld } = passedSince();
  return (
    <IncidentCard
      key={incident.incident_id}
      incident={incident}
      card={cards.get(incident.incident_id)}
      plan={plan}
      names={names}
      pAlarm={point?.p_alarm ?? null}
      minCoverage={point?.min_coverage ?? 0}
      isSimulated={isSimulated}
      isLost={isLost || isOld}
      nowMs={serviceNow()}
      passedS={passedS}
      maySeeEvidence={me.permissions.includes("see_evidence")}
    />
  );
}
