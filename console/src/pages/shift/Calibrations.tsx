import { useState } from "react";
import type { CalibrationOut, CalibrationsOut } from "../../api/types";
import { fixed, t } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { useAsk } from "../../parts/useAsk";
import { AgedPanel } from "../evidence/AgedPanel";
import { CurveChart } from "../evidence/chart/CurveChart";
import { momentText } from "../evidence/moment";
import { ageOf, binMiddles, driftWords, TONE_SHAPES, toneOf } from "./control";
import { DriftChart } from "./DriftChart";

const EVERY_MS = 600_000;

/** Age of each calibration against its validity, and whether it still fits what the sensor sees. */
export function Calibrations() {
  const asked = useAsk<CalibrationsOut>("/calibrations", EVERY_MS);
  const [chosen, setChosen] = useState("");
  const said = asked.data;
  const charts = said?.charts ?? [];
  const shown =
    charts.find((one) => one.sensor_id === chosen) ??
    charts.find((one) => toneOf(one.standing) === "bad") ??
    charts.find((one) => one.off.length > 0) ??
    charts[0] ??
    null;
  return (
    <AgedPanel title={t("drift.title")} at={asked.at} className="no-print">
      <div className="stack">
        {said !== null && charts.length === 0 && <p className="dim">{t("drift.none")}</p>}
        <ul className="control-list" aria-label={t("drift.title")}>
          {said !== null && charts.map((one) => (
            <Row key={one.sensor_id} chart={one} said={said} isShown={one === shown} onShow={() => setChosen(one.sensor_id)} />
          ))}
        </ul>
        {said !== null && shown !== null && <Shown chart={shown} said={said} />}
        <Problem error={asked.error} />
      </div>
    </AgedPanel>
  );
}

interface RowProps {
  readonly chart: CalibrationOut;
  readonly said: CalibrationsOut;
  readonly isShown: boolean;
  readonly onShow: () => void;
}

function Row({ chart, said, isShown, onShow }: RowProps) {
  const age = ageOf(chart, said.now_utc_ms, said.told_days_before);
  const tone = toneOf(chart.standing);
  return (
    <li>
      <button type="button" className={`control-row is-${tone}`} aria-pressed={isShown} onClick={onShow}>
        <span className="control-shape" aria-hidden="true">
          {TONE_SHAPES[tone]}
        </span>
        <span className="grow">
          <strong>{chart.sensor_id}</strong> {driftWords(chart, said.n_base_wanted, said.now_utc_ms)}
          <span className="calibration-age" aria-hidden="true">
            <span className={`calibration-age-past is-${age.tone}`} style={{ inlineSize: `${100 * age.share}%` }} />
          </span>
          <span className="dim control-what">
            {age.tone === "bad" && "▲ "}
            {age.isOver ? t("drift.ran_out", { n: -age.daysLeft }) : t("drift.days_left", { n: age.daysLeft })}
            {chart.is_simulated && ` · ◩ ${t("evidence.simulated")}`}
          </span>
        </span>
      </button>
    </li>
  );
}

function Shown({ chart, said }: { readonly chart: CalibrationOut; readonly said: CalibrationsOut }) {
  const words = driftWords(chart, said.n_base_wanted, said.now_utc_ms);
  const curves = [
    { name: t("drift.base_curve"), values: chart.base_share.map((one) => 100 * one), kind: 2 as const },
    ...(chart.late_share.length === 0 ? [] : [{ name: t("drift.late_curve"), values: chart.late_share.map((one) => 100 * one), kind: 0 as const }]),
  ];
  return (
    <section className="stack" aria-label={`${t("drift.title")}: ${chart.sensor_id}`}>
      <h3>
        {chart.sensor_id} <span className="dim">· {chart.technology}</span>
      </h3>
      <p className="dim">
        {t("drift.valid", { id: chart.calibration_id, from: momentText(chart.made_utc_ms), to: momentText(chart.expires_utc_ms) })}
        {chart.is_simulated && ` ◩ ${t("evidence.simulated")}`}
      </p>
      {chart.off.length === 0 ? <p className="dim">{words}</p> : <DriftChart chart={chart} words={words} nBase={said.n_base_wanted} />}
      {chart.mean_factor !== null && (
        <p>
          {chart.claims_too_much ? "▲ " : ""}
          {t(chart.claims_too_much ? "drift.claims" : "drift.mean_factor", {
            value: fixed(chart.mean_factor, 2),
            low: fixed(chart.mean_factor_low ?? NaN, 2),
            high: fixed(chart.mean_factor_high ?? NaN, 2),
          })}
        </p>
      )}
      {chart.base_share.length > 0 && (
        <CurveChart title={t("drift.shares")} xs={binMiddles(said.edges)} xLabel={t("drift.log_factor")} yLabel={t("drift.percent")} curves={curves} height={180} />
      )}
      <p className="dim">{t("drift.how", { n: said.n_base_wanted, people: said.least_people, shifts: Math.round(said.false_signal_every_shifts) })}</p>
    </section>
  );
}
