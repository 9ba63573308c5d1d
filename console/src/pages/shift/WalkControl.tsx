import { useState } from "react";
import type { ControlOut, WalkControl as Said } from "../../api/types";
import { t, word } from "../../i18n";
import { serviceNow } from "../../parts/clock";
import { Problem } from "../../parts/Problem";
import { useAsk } from "../../parts/useAsk";
import { AgedPanel } from "../evidence/AgedPanel";
import { controlWords, TONE_SHAPES, toneOf } from "./control";
import { SumChart } from "./SumChart";

const EVERY_MS = 60_000;

/** Whether the station and each sensor still do as at commissioning: in words, and as charts. */
export function WalkControl() {
  const asked = useAsk<Said>("/walk-tests/control", EVERY_MS);
  const [chosen, setChosen] = useState("");
  const charts = asked.data?.charts ?? [];
  const shown = charts.find((one) => nameOf(one) === chosen) ?? mostTelling(charts);
  const wanted = asked.data?.n_base_wanted ?? 0;
  return (
    <AgedPanel title={t("control.title")} at={asked.at} className="no-print">
      <div className="stack">
        <ul className="control-list" aria-label={t("control.title")}>
          {charts.map((one) => (
            <Row key={nameOf(one)} chart={one} wanted={wanted} isShown={one === shown} onShow={() => setChosen(nameOf(one))} />
          ))}
        </ul>
        {shown !== null && asked.data !== null && <Shown chart={shown} wanted={wanted} everyTests={asked.data.false_signal_every_tests} />}
        <Problem error={asked.error} />
      </div>
    </AgedPanel>
  );
}

interface RowProps {
  readonly chart: ControlOut;
  readonly wanted: number;
  readonly isShown: boolean;
  readonly onShow: () => void;
}

function Row({ chart, wanted, isShown, onShow }: RowProps) {
  const tone = toneOf(chart.standing);
  return (
    <li>
      <button type="button" className={`control-row is-${tone}`} aria-pressed={isShown} onClick={onShow}>
        <span className="control-shape" aria-hidden="true">
          {TONE_SHAPES[tone]}
        </span>
        <span>
          <strong>{subjectText(chart)}</strong> {controlWords(chart, wanted, serviceNow())}
          <span className="dim control-what">{word("control.what", chart.wrong)}</span>
        </span>
      </button>
    </li>
  );
}

interface ShownProps {
  readonly chart: ControlOut;
  readonly wanted: number;
  readonly everyTests: number;
}

function Shown({ chart, wanted, everyTests }: ShownProps) {
  const words = controlWords(chart, wanted, serviceNow());
  return (
    <section className="stack" aria-label={`${subjectText(chart)}: ${word("control.what", chart.wrong)}`}>
      <h3>
        {subjectText(chart)}
        {chart.technology !== "" && <span className="dim"> · {chart.technology}</span>} · {word("control.what", chart.wrong)}
      </h3>
      {chart.sums.length === 0 ? <p className="dim">{words}</p> : <SumChart chart={chart} words={words} />}
      {chart.n_commissioned > 0 && <p>{t("control.base", { k: chart.n_base_wrong, n: chart.n_commissioned })}</p>}
      {chart.told_after > 0 && (
        <p className="dim">{t("control.how", { tests: Math.round(everyTests), walks: Math.round(chart.told_after) })}</p>
      )}
    </section>
  );
}

/** What should be looked at first: what is worse, else the longest chart. */
function mostTelling(charts: readonly ControlOut[]): ControlOut | null {
  const worse = charts.find((one) => one.standing === "worse");
  return worse ?? charts.find((one) => one.sums.length > 0) ?? charts[0] ?? null;
}

function nameOf(chart: ControlOut): string {
  return `${chart.subject} ${chart.wrong}`;
}

function subjectText(chart: ControlOut): string {
  return chart.subject === "" ? t("control.station") : chart.subject;
}
