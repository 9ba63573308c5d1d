import { useMemo, useState } from "react";
import type { PointOut } from "../../api/types";
import { fixed, t } from "../../i18n";
import { AsSaid } from "../../parts/AsSaid";
import { Problem } from "../../parts/Problem";
import { useMay } from "../../parts/session";
import { useAsk } from "../../parts/useAsk";
import { OperatingPoint } from "../setup/OperatingPoint";
import { type Highest, type Recording, readHighest } from "./recording";
import { spanText } from "./usePlayback";
import { percent, type Rate, SLIDER_MAX, SLIDER_MIN, SLIDER_STEP, sliderAt, thresholdAt, tryThreshold } from "./thresholds";
import { WhatIfChart } from "./WhatIfChart";

/** Another alarm threshold, tried on the people of a recording. */
export function WhatIf({ recording }: { readonly recording: Recording }) {
  const maySee = useMay("see_figures");
  const maySeePoint = useMay("see_picture");
  const said = useAsk<Record<string, unknown>>(maySee ? `/recordings/${encodeURIComponent(recording.id)}/highest` : null);
  const point = useAsk<PointOut>(maySeePoint ? "/operating-point" : null);
  const highest = useMemo(() => (said.data === null ? null : readHighest(said.data, recording)), [said.data, recording]);
  return (
    <section className="panel what-if" aria-label={t("whatif.title")}>
      {!maySee && <p className="dim">{t("whatif.not_allowed")}</p>}
      <Problem error={said.error} />
      {highest !== null && (
        <Tried key={recording.id} highest={highest} isSimulated={recording.isSimulated} now={point.data?.p_alarm ?? null} />
      )}
    </section>
  );
}

interface TriedProps {
  readonly highest: Highest;
  readonly isSimulated: boolean;
  readonly now: number | null;
}

function Tried({ highest, isSimulated, now }: TriedProps) {
  const mayPropose = useMay("propose_operating_point");
  const [moved, setMoved] = useState<number | null>(null);
  const [isProposing, setProposing] = useState(false);
  const slider = moved ?? sliderAt(now ?? 0.5);
  const threshold = thresholdAt(slider);
  const tried = tryThreshold(highest.people, highest.durationS, threshold);
  const p = percent(threshold);
  const isUnknown = [tried.detected, tried.falsely, tried.walksFound, tried.walksFalsely].every((one) => one === null);
  return (
    <div className="stack">
      {isSimulated && <p className="simulated">◩ {t("whatif.simulated")}</p>}
      <label className="stack">
        <span className="row">
          <span className="grow">{t("whatif.threshold")}</span>
          <strong className="number">{p}</strong>
        </span>
        <input
          type="range"
          min={SLIDER_MIN}
          max={SLIDER_MAX}
          step={SLIDER_STEP}
          value={slider}
          aria-valuetext={p}
          onChange={(event) => setMoved(Number(event.target.value))}
        />
      </label>
      {now !== null && (
        <button type="button" disabled={moved === null} onClick={() => setMoved(null)}>
          {t("whatif.to_now", { p: percent(now) })}
        </button>
      )}
      <p className="what-if-big" role="status">
        <strong className="number">{perHour(tried.alarmsPerHour)}</strong> {t("whatif.per_hour")}
        <br />
        <span className="dim">
          {t("whatif.of_people", { n: tried.nAlarms, all: highest.people.length, span: spanText(highest.durationS) })}
        </span>
      </p>
      {highest.truthProblem !== "" && (
        <p className="what-if-problem">
          ⚠ {t("whatif.truth_problem")} <AsSaid text={highest.truthProblem} />
        </p>
      )}
      <Rates words={t("whatif.from_truth")} found={tried.detected} falsely={tried.falsely} isSimulated={isSimulated} />
      <Rates words={t("whatif.from_walks")} found={tried.walksFound} falsely={tried.walksFalsely} isSimulated={isSimulated} />
      {isUnknown && highest.truthProblem === "" && <p className="dim">{t("whatif.no_truth")}</p>}
      <WhatIfChart people={highest.people} durationS={highest.durationS} slider={slider} now={now} />
      <p className="dim">{t("whatif.load")}</p>
      <p className="dim">{t("whatif.limits")}</p>
      {mayPropose && !isProposing && (
        <button type="button" onClick={() => setProposing(true)}>
          {t("whatif.propose")}
        </button>
      )}
      {isProposing && <OperatingPoint wanted={threshold} />}
    </div>
  );
}

interface RatesProps {
  /** Where they are known from. */
  readonly words: string;
  readonly found: Rate | null;
  readonly falsely: Rate | null;
  readonly isSimulated: boolean;
}

function Rates({ words, found, falsely, isSimulated }: RatesProps) {
  if (found === null && falsely === null) return null;
  return (
    <section className="stack" aria-label={words}>
      <p>{words}</p>
      <dl className="what-if-rates">
        <RateLine name={t("whatif.pd")} rate={found} isSimulated={isSimulated} />
        <RateLine name={t("whatif.pfa")} rate={falsely} isSimulated={isSimulated} />
      </dl>
    </section>
  );
}

interface RateProps {
  readonly name: string;
  readonly rate: Rate | null;
  readonly isSimulated: boolean;
}

function RateLine({ name, rate, isSimulated }: RateProps) {
  if (rate === null) return null;
  const { k, n } = rate;
  return (
    <div>
      <dt>
        {name}
        {isSimulated && <span className="dim"> · {t("time.simulated")}</span>}
      </dt>
      <dd className="number">
        {t("whatif.rate", { value: share(k / n), k, n, low: share(rate.low), high: share(rate.high) })}
      </dd>
      <dd aria-hidden="true" className="rate-bar">
        <span className="rate-span" style={{ insetInlineStart: `${100 * rate.low}%`, width: `${100 * (rate.high - rate.low)}%` }} />
        <span className="rate-dot" style={{ insetInlineStart: `${(100 * k) / n}%` }} />
      </dd>
    </div>
  );
}

function perHour(n: number): string {
  return n < 10 ? fixed(n, 1) : fixed(n, 0);
}

function share(value: number): string {
  return fixed(value, 3);
}
