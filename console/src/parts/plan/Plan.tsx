import { useEffect, useMemo, useRef, useState } from "react";
import { t, useLanguage, word } from "../../i18n";
import { useKeyPart } from "../keys/keyList";
import { useSettings } from "../settings";
import { chosenCover, type CoverChoice } from "./coverage";
import { coverPicture, type FloorInput } from "./drawFloor";
import type { Measure } from "./drawOverlays";
import { Legend } from "./Legend";
import { onLevel } from "./levels";
import { readPalette } from "./palette";
import { PlanTools } from "./PlanTools";
import { ScaleBar } from "./ScaleBar";
import { Scene } from "./scene";
import type { PlanProps } from "./types";
import { usePlanKeys } from "./usePlanKeys";
import { usePlanPointer } from "./usePlanPointer";
import "./plan.css";

const NO_MEASURE: Measure = { isOn: false, from: null, to: null };
const NONE: readonly never[] = [];

/** A floor plan to scale: what lies still, who is there, what is marked; see `PlanProps`. */
export function Plan(props: PlanProps) {
  const { plan, people = null, oldS = null, marks = NONE, overlays = NONE, health, coverage = NONE, editing } = props;
  const { theme } = useSettings();
  const language = useLanguage();
  const stage = useRef<HTMLDivElement>(null);
  const floorCanvas = useRef<HTMLCanvasElement>(null);
  const aboveCanvas = useRef<HTMLCanvasElement>(null);
  const [scene, setScene] = useState<Scene | null>(null);
  const [pxPerM, setPxPerM] = useState(40);
  const [measure, setMeasure] = useState<Measure>(NO_MEASURE);
  const [cover, setCover] = useState<CoverChoice>("none");
  const [hasLegend, setLegend] = useState(false);

  const level = plan.levels.find((one) => one.level_id === props.levelId) ?? plan.levels[0];
  const onFloor = useMemo(() => onLevel(people, plan, level?.level_id), [people, plan, level?.level_id]);
  // A new theme has new colours, though nothing else here says so.
  const palette = useMemo(() => (theme === undefined ? readPalette() : readPalette()), [theme]);
  const coverField = useMemo(
    () => (level === undefined ? null : chosenCover(coverage, level.level_id, cover)),
    [coverage, level, cover],
  );
  // How a sensor is changes seldom; how old its last word is, all the time.
  const standing = health?.map((one) => `${one.sensor_id} ${one.state} ${one.is_stale}`).join("|");
  const floor = useMemo<FloorInput | null>(() => {
    if (level === undefined) return null;
    return {
      level,
      lines: plan.lines.filter((one) => one.level_id === level.level_id),
      sensors: plan.sensors.filter((one) => one.level_id === level.level_id),
      health: health === undefined ? null : new Map(health.map((one) => [one.sensor_id, one])),
      cover: coverField === null ? null : coverPicture(coverField, palette),
      coverField,
      lineWord: (line) => word("line", line.role),
      hasLabels: pxPerM > 16,
      hasLineLabels: pxPerM > 8,
    };
  }, [plan, level, standing, coverField, palette, pxPerM > 16, pxPerM > 8, language]);

  useEffect(() => {
    const holder = stage.current;
    if (holder === null || floorCanvas.current === null || aboveCanvas.current === null) return;
    const made = new Scene(floorCanvas.current, aboveCanvas.current);
    made.onZoom = setPxPerM;
    const stop = made.start();
    const fitted = new ResizeObserver(() => {
      made.resize({ width: holder.clientWidth, height: holder.clientHeight });
    });
    fitted.observe(holder);
    setScene(made);
    return () => {
      stop();
      fitted.disconnect();
    };
  }, []);

  useEffect(() => {
    if (scene === null || floor === null) return;
    const [minX = 0, minY = 0] = floor.level.min_site_m;
    const [maxX = 0, maxY = 0] = floor.level.max_site_m;
    scene.set({
      box: { min: { x: minX, y: minY }, max: { x: maxX, y: maxY } },
      floor,
      palette,
      overlays,
      marks: marks.filter((mark) => mark.levelId === floor.level.level_id),
      selectedMark: props.selectedMark ?? null,
      selectedTrack: props.selectedTrack ?? null,
      followedTrack: props.followedTrack ?? null,
      simulated: new Set(props.simulated ?? NONE),
      onUnknownLevel: new Set(onFloor.unknown),
      isOld: oldS !== null,
      handles: editing?.handles ?? NONE,
      selectedHandle: editing?.selected ?? null,
      measure,
    });
  });
  useEffect(() => scene?.take(onFloor.shown), [scene, onFloor]);

  const onKeyDown = usePlanKeys({ scene, props, measure, setMeasure, toggleLegend: () => setLegend((is) => !is) });
  usePlanPointer({ stage, scene, props, measure, setMeasure });
  useKeyPart(() => ({ title: t("keys.on_plan"), rows: [], words: t("plan.keys") }));

  if (level === undefined || floor === null) return <p className="dim">{t("plan.none")}</p>;
  return (
    <div className="plan">
      <PlanTools
        scene={scene}
        props={props}
        levelId={level.level_id}
        cover={cover}
        onCover={setCover}
        measure={measure}
        onMeasure={setMeasure}
        hasLegend={hasLegend}
        onLegend={() => setLegend((is) => !is)}
      />
      <div
        ref={stage}
        className={measure.isOn || editing?.onPress !== undefined ? "plan-stage is-aiming" : "plan-stage"}
        tabIndex={0}
        role="application"
        aria-label={props.label}
        aria-description={t("plan.keys")}
        onKeyDown={onKeyDown}
      >
        <canvas ref={floorCanvas} aria-hidden="true" />
        <canvas ref={aboveCanvas} aria-hidden="true" />
        {oldS !== null && (
          <p className="plan-old" role="status">
            ⚠ {Number.isFinite(oldS) ? t("plan.old", { seconds: Math.round(oldS) }) : t("plan.old_unknown")}
          </p>
        )}
        {(onFloor.elsewhere > 0 || onFloor.unknown.length > 0) && (
          <p className="plan-elsewhere" role="status">
            {onFloor.elsewhere > 0 && t("plan.elsewhere", { n: onFloor.elsewhere })}
            {onFloor.elsewhere > 0 && onFloor.unknown.length > 0 && " · "}
            {onFloor.unknown.length > 0 && `? ${t("plan.level_unknown", { n: onFloor.unknown.length })}`}
          </p>
        )}
        {cover !== "none" && coverField === null && (
          <p className="plan-note" role="status">{t("plan.cover_nothing")}</p>
        )}
        <ScaleBar pxPerM={pxPerM} />
      </div>
      {hasLegend && <Legend onClose={() => setLegend(false)} />}
    </div>
  );
}
