import { t } from "../../i18n";
import type { CoverChoice } from "./coverage";
import type { Measure } from "./drawOverlays";
import { pan, zoomAt } from "./geometry";
import type { Scene } from "./scene";
import type { PlanProps } from "./types";

interface Props {
  readonly scene: Scene | null;
  readonly props: PlanProps;
  readonly levelId: string;
  readonly cover: CoverChoice;
  readonly onCover: (choice: CoverChoice) => void;
  readonly measure: Measure;
  readonly onMeasure: (measure: Measure) => void;
  readonly hasLegend: boolean;
  readonly onLegend: () => void;
}

const PAN_PX = 80;

/** All that the pointer can do by dragging or turning, as buttons. */
export function PlanTools({ scene, props, levelId, cover, onCover, measure, onMeasure, hasLegend, onLegend }: Props) {
  const zoom = (factor: number): void => scene?.look((view, size) => zoomAt(view, size, scene.middle, factor));
  const move = (dx: number, dy: number): void => {
    props.onFollow?.(null);
    scene?.look((view) => pan(view, dx, dy));
  };
  const { plan, coverage = [], followedTrack = null, selectedTrack = null } = props;
  const here = coverage.filter((field) => field.level_id === levelId);
  const isFull = props.tools !== "few";
  return (
    <div className="plan-tools" role="toolbar" aria-label={t("plan.tools")}>
      {plan.levels.length > 1 && (
        <select aria-label={t("plan.level")} value={levelId} onChange={(event) => props.onLevel?.(event.target.value)}>
          {plan.levels.map((one) => (
            <option key={one.level_id} value={one.level_id}>{one.level_id}</option>
          ))}
        </select>
      )}
      <span className="plan-group">
        <Tool label={t("plan.zoom_in")} onPress={() => zoom(1.4)}>+</Tool>
        <Tool label={t("plan.zoom_out")} onPress={() => zoom(1 / 1.4)}>−</Tool>
        <Tool label={t("plan.fit")} onPress={() => { props.onFollow?.(null); scene?.fitAll(); }}>▣</Tool>
      </span>
      {isFull && (
        <span className="plan-group" role="group" aria-label={t("plan.pan")}>
          <Tool label={t("plan.left")} onPress={() => move(PAN_PX, 0)}>←</Tool>
          <Tool label={t("plan.up")} onPress={() => move(0, PAN_PX)}>↑</Tool>
          <Tool label={t("plan.down")} onPress={() => move(0, -PAN_PX)}>↓</Tool>
          <Tool label={t("plan.right")} onPress={() => move(-PAN_PX, 0)}>→</Tool>
        </span>
      )}
      {props.onFollow !== undefined && (
        <button
          type="button"
          aria-pressed={followedTrack !== null}
          disabled={followedTrack === null && selectedTrack === null}
          onClick={() => props.onFollow?.(followedTrack === null ? selectedTrack : null)}
        >
          ◎ {followedTrack === null ? t("plan.follow") : t("plan.following", { number: followedTrack })}
        </button>
      )}
      {isFull && (
        <button
          type="button"
          aria-pressed={measure.isOn}
          onClick={() => onMeasure({ isOn: !measure.isOn, from: null, to: null })}
        >
          ⟷ {t("plan.measure")}
        </button>
      )}
      {isFull && props.coverage !== undefined && (
        <label className="row">
          <span className="dim">{t("plan.cover")}</span>
          <select value={cover} onChange={(event) => onCover(event.target.value as CoverChoice)}>
            <option value="none">{t("plan.cover_none")}</option>
            <option value="followed">{t("plan.cover_followed")}</option>
            <option value="looked_at">{t("plan.cover_looked_at")}</option>
            {here.map((field) => (
              <option key={field.sensor_id} value={`sensor:${field.sensor_id}`}>{field.sensor_id}</option>
            ))}
          </select>
        </label>
      )}
      <button type="button" aria-expanded={hasLegend} onClick={onLegend}>
        ◇ {t("plan.legend")}
      </button>
    </div>
  );
}

interface ToolProps {
  readonly label: string;
  readonly onPress: () => void;
  readonly children: string;
}

function Tool({ label, onPress, children }: ToolProps) {
  return (
    <button type="button" className="plan-tool" aria-label={label} title={label} onClick={onPress}>
      {children}
    </button>
  );
}
