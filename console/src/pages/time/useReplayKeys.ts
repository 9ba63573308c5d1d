import { useEffect, useRef } from "react";
import { t } from "../../i18n";
import { FINEST_S } from "./frames";
import { isTyping } from "./KeyHelp";
import type { Playback } from "./usePlayback";

interface Keys {
  readonly playback: Playback;
  readonly alarms: readonly number[];
  readonly durationS: number;
  readonly onLeave: () => void;
  readonly onHelp: () => void;
}

export function keysOf(): readonly (readonly [string, string])[] {
  return [
    ["Space", t("time.key.play")],
    [", .", t("time.key.step")],
    ["h l", t("time.key.jump")],
    ["j k", t("time.key.alarm")],
    ["< >", t("time.key.speed")],
    ["Home End", t("time.key.ends")],
    ["Esc", t("time.key.leave")],
    ["?", t("time.key.help")],
  ];
}

const JUMP_S = 10;

/** All of the replay by keys, unless something else has the focus and uses them. */
export function useReplayKeys(keys: Keys): void {
  const now = useRef(keys);
  useEffect(() => {
    now.current = keys;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (isTyping(event)) return;
      const at = event.target;
      // A button with the focus is pressed by the space bar; that is not taken from it.
      if (event.key === " " && at instanceof HTMLElement && at.closest("button, a, summary") !== null) return;
      const isSlider = at instanceof HTMLElement && at.getAttribute("role") === "slider";
      if (act(event.key, now.current, isSlider)) event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function act(key: string, { playback, alarms, durationS, onLeave, onHelp }: Keys, isSlider: boolean): boolean {
  const to = (atS: number | null): boolean => {
    if (atS !== null) playback.seek(atS);
    return true;
  };
  const by = (seconds: number): boolean => {
    playback.step(seconds);
    return true;
  };
  const faster = (sign: 1 | -1): boolean => {
    playback.faster(sign);
    return true;
  };
  switch (key) {
    case " ":
      playback.toggle();
      return true;
    case ",":
      return by(-FINEST_S);
    case ".":
      return by(FINEST_S);
    case "h":
      return by(-JUMP_S);
    case "l":
      return by(JUMP_S);
    case "ArrowLeft":
    case "ArrowDown":
      return isSlider && by(-1);
    case "ArrowRight":
    case "ArrowUp":
      return isSlider && by(1);
    case "PageUp":
      return isSlider && by(JUMP_S);
    case "PageDown":
      return isSlider && by(-JUMP_S);
    case "j":
      return to(nextAlarm(alarms, playback.atS));
    case "k":
      return to(previousAlarm(alarms, playback.atS));
    case "<":
      return faster(-1);
    case ">":
      return faster(1);
    case "Home":
      return to(0);
    case "End":
      return to(durationS);
    case "Escape":
      onLeave();
      return true;
    case "?":
      onHelp();
      return true;
    default:
      return false;
  }
}

const SAME_S = 0.05;

export function nextAlarm(alarms: readonly number[], atS: number): number | null {
  return alarms.find((one) => one > atS + SAME_S) ?? null;
}

export function previousAlarm(alarms: readonly number[], atS: number): number | null {
  return alarms.findLast((one) => one < atS - SAME_S) ?? null;
}
