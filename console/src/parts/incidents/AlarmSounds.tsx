import { useEffect, useRef, useState } from "react";
import { t, word } from "../../i18n";
import { liveState, useLive } from "../../live/state";
import { changeSettings, useSettings } from "../settings";
import { useKeyPart } from "../keys/keyList";
import { useKeyPress } from "../keys/keys";
import "./incidents.css";
import { shortName } from "./listOf";
import { Alarms, Speaker } from "./sounds";

const LOOK_MS = 150;

/** Sounds and spoken words for what is new; silence is of this seat alone, and can be seen. */
export function AlarmSounds() {
  const { sound: isOn } = useSettings();
  const [alarms] = useState(() => new Alarms());
  const [isBlocked, setBlocked] = useState(true);
  const isOnNow = useRef(isOn);
  isOnNow.current = isOn;
  const silence = (): void => alarms.silence(liveState().incidents.values());

  useEffect(() => {
    const speaker: Speaker = new Speaker(() => setBlocked(speaker.isBlocked));
    const wake = (): void => speaker.wake();
    wake();
    // After the click, not at its beginning: what moves on the screen must not take it away.
    addEventListener("click", wake);
    addEventListener("keydown", wake);
    const timer = setInterval(() => {
      // What could not be heard yet is news still when it can.
      if (speaker.isBlocked && isOnNow.current) return;
      const { incidents, link } = liveState();
      const next = alarms.next(incidents.values(), link === "lost" || link === "full", performance.now());
      if (next !== null && isOnNow.current) speaker.play(next);
    }, LOOK_MS);
    return () => {
      clearInterval(timer);
      removeEventListener("click", wake);
      removeEventListener("keydown", wake);
      speaker.close();
    };
  }, [alarms]);
  useKeyPress((event) => {
    if (event.key === "q") silence();
    return event.key === "q";
  });
  useKeyPart(() => ({ title: t("keys.everywhere"), rows: [["q", t("keys.silence")]] }));

  return (
    <span className="row">
      {!isOn ? (
        <button type="button" className="sound-off" title={t("sound.off")} onClick={() => changeSettings({ sound: true })}>
          ♪ ✕ <span className="roomy-words">{t("sound.off")}</span>
        </button>
      ) : isBlocked ? (
        // Pressing anything would do; this says so where it can be seen.
        <button type="button" className="sound-off" title={t("sound.blocked")}>
          ♪ ✕ <span className="roomy-words">{t("sound.blocked")}</span>
        </button>
      ) : (
        <button type="button" title={t("sound.silence")} onClick={silence}>
          ♪ <span className="roomy-words">{t("sound.silence")}</span> <kbd>q</kbd>
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
