import { t } from "../../i18n";
import { FINEST_S } from "./frames";
import { type Playback, spanText, SPEEDS } from "./usePlayback";
import { nextAlarm, previousAlarm } from "./useReplayKeys";

interface Props {
  readonly playback: Playback;
  readonly durationS: number;
  readonly alarms: readonly number[];
  readonly isLoading: boolean;
}

export function Transport({ playback, durationS, alarms, isLoading }: Props) {
  const { atS, seek, step } = playback;
  const before = previousAlarm(alarms, atS);
  const after = nextAlarm(alarms, atS);
  return (
    <div className="transport row" role="toolbar" aria-label={t("time.track")}>
      <div className="transport-buttons">
        <Button label={t("time.previous_alarm")} sign="▲◂" isOff={before === null} onPress={() => before !== null && seek(before)} />
        <Button label={t("time.jump_back")} sign="«" onPress={() => step(-10)} />
        <Button label={t("time.step_back")} sign="‹" onPress={() => step(-FINEST_S)} />
        <button type="button" className="primary transport-play" onClick={playback.toggle}>
          {playback.isPlaying ? `❚❚ ${t("time.pause")}` : `▶ ${t("time.play")}`}
        </button>
        <Button label={t("time.step_on")} sign="›" onPress={() => step(FINEST_S)} />
        <Button label={t("time.jump_on")} sign="»" onPress={() => step(10)} />
        <Button label={t("time.next_alarm")} sign="▸▲" isOff={after === null} onPress={() => after !== null && seek(after)} />
      </div>
      <label className="row">
        <span>{t("time.speed")}</span>
        <select
          value={playback.speed}
          onChange={(event) => {
            const to = SPEEDS.findIndex((one) => String(one) === event.target.value);
            const from = SPEEDS.findIndex((one) => one === playback.speed);
            for (let i = from; i !== to; i += Math.sign(to - from)) playback.faster(to > from ? 1 : -1);
          }}
        >
          {SPEEDS.map((one) => (
            <option key={one} value={one}>
              {one} ×
            </option>
          ))}
        </select>
      </label>
      <span className="number grow">
        {t("time.at", { at: spanText(atS, 1), all: spanText(durationS) })}
        {isLoading && ` · ${t("time.loading")}`}
      </span>
    </div>
  );
}

interface ButtonProps {
  readonly label: string;
  readonly sign: string;
  readonly isOff?: boolean;
  readonly onPress: () => void;
}

function Button({ label, sign, isOff = false, onPress }: ButtonProps) {
  return (
    <button type="button" aria-label={label} title={label} disabled={isOff} onClick={onPress}>
      {sign}
    </button>
  );
}
