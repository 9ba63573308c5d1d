import { useEffect, useMemo, useReducer, useState } from "react";
import { ApiError } from "../../api/client";
import { t } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { useAsk } from "../../parts/useAsk";
import { Frames, stepOf } from "./frames";
import { MarkList } from "./MarkList";
import { type Mark, type Recording, readTimeline } from "./recording";
import { ReplayBanner } from "./ReplayBanner";
import { ReplayPlan } from "./ReplayPlan";
import { Timeline } from "./Timeline";
import { Transport } from "./Transport";
import { usePlayback } from "./usePlayback";
import { useReplayKeys } from "./useReplayKeys";
import { WhatIf } from "./WhatIf";

interface Props {
  readonly recording: Recording;
  readonly onLeave: () => void;
}

/** Looking back into one recording. Everything about it says that it is not live. */
export function Replay({ recording, onLeave }: Props) {
  const path = `/recordings/${encodeURIComponent(recording.id)}`;
  const said = useAsk<Record<string, unknown>>(`${path}/timeline`);
  const timeline = useMemo(() => (said.data === null ? null : readTimeline(said.data, recording)), [said.data, recording]);
  // The list need not tell it: a file is as long as what is in it.
  const durationS = timeline?.durationS ?? recording.durationS;
  const playback = usePlayback(durationS);
  const [side, setSide] = useState<"marks" | "what_if">("marks");
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const frames = useMemo(() => new Frames(recording.id, durationS, draw), [recording, durationS]);
  const marks = timeline?.marks ?? NO_MARKS;
  const alarms = marks.filter((one) => one.kind === "alarm").map((one) => one.atS);
  useReplayKeys({ playback, alarms, durationS, onLeave });
  useTitle(t("time.replay"));

  const stepS = stepOf(playback.speed);
  const frame = frames.at(playback.atS, stepS);
  const error = said.error ?? frames.errorAt(playback.atS, stepS);
  const isMaking = error instanceof ApiError && error.status === NOT_YET;
  useEffect(() => {
    if (!isMaking) return;
    const timer = setInterval(() => {
      said.again();
      frames.again();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [isMaking, said.again, frames]);
  const nowMs = recording.startedUtcMs + playback.atS * 1000;
  return (
    <div className="replay">
      <ReplayBanner recording={recording} nowMs={nowMs} onLeave={onLeave} />
      <div className="replay-body">
        <div className="replay-main">
          <ReplayPlan timeline={timeline} recording={recording} frame={frame} atS={playback.atS} />
          {!isMaking && <Problem error={error} />}
          {!isMaking && frames.errorAt(playback.atS, stepS) !== null && (
            <button type="button" onClick={() => frames.again()}>
              {t("time.retry")}
            </button>
          )}
          <Timeline marks={marks} atS={playback.atS} durationS={durationS} onSeek={playback.seek} />
          <Transport
            playback={playback}
            durationS={durationS}
            alarms={alarms}
            isLoading={frame === null}
          />
        </div>
        <div className="replay-side">
          <div className="row" role="group" aria-label={t("time.side")}>
            <button type="button" aria-pressed={side === "marks"} onClick={() => setSide("marks")}>
              ▲ {t("time.marks")}
            </button>
            <button type="button" aria-pressed={side === "what_if"} onClick={() => setSide("what_if")}>
              {t("whatif.short")}
            </button>
          </div>
          {side === "marks" ? <MarkList marks={marks} atS={playback.atS} onSeek={playback.seek} /> : <WhatIf recording={recording} />}
        </div>
      </div>
    </div>
  );
}

const NO_MARKS: readonly Mark[] = [];
// A recording is played through once before it can be looked at; until then the service says so.
const NOT_YET = 429;
const AGAIN_MS = 2000;

/** Also the name of the browser's tab says so. */
function useTitle(word: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = `${word} – ${before}`;
    return () => {
      document.title = before;
    };
  }, [word]);
}
