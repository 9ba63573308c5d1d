import { t } from "../../i18n";
import { useLive } from "../../live/state";
import { clockText } from "../../parts/clock";
import { follow } from "../../parts/route";
import { useMay } from "../../parts/session";
import type { Recording } from "./recording";

interface Props {
  readonly recording: Recording;
  readonly nowMs: number;
  readonly onLeave: () => void;
}

/** The recording's own clock, large, in a colour that the live pages never have. */
export function ReplayBanner({ recording, nowMs, onLeave }: Props) {
  const maySeeLive = useMay("see_incidents");
  const nWaiting = useLive((live) => [...live.incidents.values()].filter((one) => one.state === "new").length);
  return (
    <header className="replay-banner">
      <button type="button" onClick={onLeave}>
        ‹ {t("time.back")}
      </button>
      <strong className="replay-word">◀◀ {t("time.replay")}</strong>
      <span className="number replay-clock">
        {clockText(nowMs, "local", true)} {t("clock.local")}
      </span>
      <span className="number">
        {clockText(nowMs, "utc")} {t("clock.utc")}
      </span>
      {maySeeLive && (
        <a className="button replay-live" href="/" onClick={follow}>
          {nWaiting > 0 ? `▲ ${t("time.live_waits", { n: nWaiting })}` : t("time.to_live")}
        </a>
      )}
      <span className="replay-words">
        {t("time.replay_of", { when: clockText(recording.startedUtcMs, "local", true) })}
        {recording.isSimulated && ` ◩ ${t("time.simulated")}`}
      </span>
    </header>
  );
}
