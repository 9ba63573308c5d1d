import { t } from "../../i18n";
import { type KeyRow, useKeyPart } from "../../parts/keys/keyList";
import { isOnButton, useKeyPress } from "../../parts/keys/keys";
import { FINEST_S } from "./frames";
import type { Playback } from "./usePlayback";

interface Keys {
  readonly playback: Playback;
  readonly alarms: readonly number[];
  readonly durationS: number;
  readonly onLeave: () => void;
}

function rows(): readonly KeyRow[] {
  return [
    ["␣", t("time.key.play")],
    [", .", t("time.key.step")],
    ["h l", t("time.key.jump")],
    ["j k", t("time.key.alarm")],
    ["< >", t("time.key.speed")],
    ["Home End", t("time.key.ends")],
    ["Esc", t("time.key.leave")],
  ];
}

const JUMP_S = 10;

/** All of the replay by keys, unless something else has the focus and uses them. */
export function useReplayKeys(keys: Keys): void {
  useKeyPart(() => ({ title: t("page.time"), rows: rows() }));
  useKeyPress((event) => {
    // A button with the focus is pressed by the space bar; that is not taken from it.
    if (event.key === " " && isOnButton(event)) return false;
    const isSlider = event.target instanceof HTMLElement && event.target.getAttribute("role") === "slider";
    return act(event.key, keys, isSlider);
  });
}

function act(key: string, { playback, alarms, durationS, onLeave }: Keys, isSlider: boolean): boolean {
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
