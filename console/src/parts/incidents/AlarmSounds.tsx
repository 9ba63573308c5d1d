import { useEffect, useRef, useState } from "react";
import { t, word } from "../../i18n";
import { liveState, useLive } from "../../live/state";
import { changeSettings, useSettings } from "../settings";
import "./incidents.css";
import { isForPage } from "./keys";
import { shortName } from "./listOf";
import { Alarms, Speaker } from "./sounds";

const LOOK_MS = 150;

/** Sounds and spoken words for what is new; silence is of this seat alone, and can be seen. */
export function AlarmSounds() {
  const { sound: isOn } = useSettings();
  const speaker = useRef(new Speaker());
  const alarms = useRef(new Alarms());
  const [isBlocked, setBlocked] = useState(true);
  const isOnNow = useRef(isOn);
  isOnNow.current = isOn;

  useEffect(() => {
    const wake = (): void => {
      void speaker.current.wake().then(() => setBlocked(speaker.current.isBlocked));
    };
    const onKey = (event: KeyboardEvent): void => {
      if (isForPage(event) && event.key === "q") alarms.current.silence(liveState().incidents.values());
    };
    // After the click, not at its beginning: what moves on the screen must not take it away.
    addEventListener("click", wake);
    addEventListener("keydown", wake);
    addEventListener("keydown", onKey);
    const timer = setInterval(() => {
      const { incidents, link } = liveState();
      const next = alarms.current.next(incidents.values(), link === "lost" || link === "full", performance.now());
      if (next !== null && isOnNow.current) speaker.current.play(next);
    }, LOOK_MS);
    return () => {
      clearInterval(timer);
      removeEventListener("click", wake);
      removeEventListener("keydown", wake);
      removeEventListener("keydown", onKey);
    };
  }, []);

  return (
    <span className="row">
      {!isOn ? (
        <button type="button" className="sound-off" onClick={() => changeSettings({ sound: true })}>
          ♪ ✕ {t("sound.off")}
        </button>
      ) : isBlocked ? (
        <span className="chip is-away">♪ {t("sound.blocked")}</span>
      ) : (
        <button type="button" onClick={() => alarms.current.silence(liveState().incidents.values())}>
          ♪ {t("sound.silence")} <kbd>q</kbd>
        </button>
      )}
      <Announcer />
    </span>
  );
}

/** Tells a screen reader what is new, most urgent first. */
function Announcer() {
  const incidents = useLive((live) => live.incidents);
  const known = useRef<Set<string> | null>(null);
  const [words, setWords] = useState("");
  useEffect(() => {
    const fresh = [...incidents.values()].filter((one) => one.state === "new" && known.current?.has(one.incident_id) !== true);
    const isFirst = known.current === null;
    known.current = new Set(incidents.keys());
    const one = fresh.sort((a, b) => Number(b.priority === "high") - Number(a.priority === "high"))[0];
    if (one === undefined || isFirst) return;
    setWords(
      t("incidents.announce", {
        priority: word("priority", one.priority), n: shortName(one.incident_id), level: one.level_id,
        zone: one.zone === null ? t("zone.none") : word("zone", one.zone),
      }),
    );
  }, [incidents]);
  return <span className="hidden-words" role="alert">{words}</span>;
}
