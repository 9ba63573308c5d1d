import { useMemo, useState } from "react";
import type { Plan as PlanData } from "../../api/types";
import { t } from "../../i18n";
import { Plan } from "../../parts/plan/Plan";
import type { PlanMark } from "../../parts/plan/types";
import { useMay } from "../../parts/session";
import { useAsk } from "../../parts/useAsk";
import type { Frame, Recording, Timeline } from "./recording";

interface Props {
  readonly timeline: Timeline | null;
  readonly recording: Recording;
  readonly frame: Frame | null;
  readonly atS: number;
}

const SHOWN_FOR_S = 30;

/** The plan as it was at that moment, with the word over it. */
export function ReplayPlan({ timeline, recording, frame, atS }: Props) {
  const maySeeSite = useMay("see_picture");
  const wantsSite = timeline !== null && timeline.plan === null && maySeeSite;
  const site = useAsk<PlanData>(wantsSite ? "/site" : null);
  const plan = timeline?.plan ?? site.data;
  const [selected, setSelected] = useState<number | null>(null);
  const [levelId, setLevelId] = useState<string>();
  const people = useMemo(() => (frame === null ? null : { people: frame.people, tMs: frame.t_utc_ms }), [frame]);

  if (timeline === null) return <p className="dim">{t("time.loading")}</p>;
  if (plan === null) return <p className="dim">{t("time.no_plan")}</p>;
  return (
    <>
      <div className="replay-plan" data-word={t("time.replay")}>
        <Plan
          plan={plan}
          label={`${t("time.plan")} – ${t("time.replay")}`}
          people={people}
          marks={marksAt(timeline, frame, atS, plan)}
          selectedTrack={selected}
          onSelectTrack={setSelected}
          onLevel={setLevelId}
          {...(levelId === undefined ? {} : { levelId })}
        />
      </div>
      <p className="dim replay-note">
        {frame === null ? t("time.loading") : t("time.people", { n: frame.people.track_id.length })}
        {timeline.plan === null && ` · ${t("time.other_plan")}`}
        {recording.isSimulated && ` · ◩ ${t("time.simulated")}`}
      </p>
    </>
  );
}

/** Alarms of the last half minute stand beside those they are of. */
function marksAt(timeline: Timeline, frame: Frame | null, atS: number, plan: PlanData): readonly PlanMark[] {
  if (frame === null) return [];
  return timeline.marks.flatMap((mark, number) => {
    const sinceS = atS - mark.atS;
    if (mark.kind !== "alarm" || mark.trackId === null || sinceS < 0 || sinceS > SHOWN_FOR_S) return [];
    const row = frame.people.track_id.indexOf(mark.trackId);
    if (row < 0) return [];
    return [
      {
        id: `mark-${number}`,
        trackId: mark.trackId,
        at: { x: frame.people.x_m[row] ?? 0, y: frame.people.y_m[row] ?? 0 },
        levelId: plan.levels[0]?.level_id ?? "",
        priority: "medium" as const,
        label: String(mark.trackId),
        isLost: false,
        isAcknowledged: true,
      },
    ];
  });
}
