import { useState } from "react";
import { ask } from "../../api/client";
import type { BodyZone, PointOut, ProposalOut } from "../../api/types";
import { t, word } from "../../i18n";
import { Problem } from "../../parts/Problem";

interface Props {
  readonly point: PointOut;
  readonly wanted: number | undefined;
  readonly onProposed: () => void;
}

const ZONES: readonly BodyZone[] = ["torso_front", "torso_back", "waist", "legs", "arms", "feet", "bag"];
const LEAST_WORDS = 3;

export function ProposalForm({ point, wanted, onProposed }: Props) {
  const [pAlarm, setAlarm] = useState(() => Number((wanted ?? point.p_alarm).toPrecision(3)));
  const [coverage, setCoverage] = useState(point.min_coverage);
  const [zones, setZones] = useState<readonly string[]>(point.wanted_zones);
  const [why, setWhy] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isDone, setDone] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const body = { p_alarm: pAlarm, min_coverage: coverage, wanted_zones: ZONES.filter((one) => zones.includes(one)), why: why.trim() };
  const isWhole = pAlarm > 0 && pAlarm < 1 && coverage > 0 && coverage < 1 && body.wanted_zones.length > 0 && body.why.length >= LEAST_WORDS;
  // A repeated press for the same words is the same request.
  const [sent, setSent] = useState({ words: "", key: "" });

  const propose = async (): Promise<void> => {
    const words = JSON.stringify(body);
    const key = sent.words === words ? sent.key : crypto.randomUUID();
    setSent({ words, key });
    setBusy(true);
    setError(null);
    try {
      await ask<ProposalOut>("/operating-point/proposals", { method: "POST", body, key });
      setDone(true);
      setWhy("");
      setSent({ words: "", key: "" });
      onProposed();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      className="panel stack"
      aria-label={t("point.new")}
      onSubmit={(event) => {
        event.preventDefault();
        void propose();
      }}
    >
      <h2>{t("point.new")}</h2>
      <Share label={t("point.p_alarm")} value={pAlarm} onSet={setAlarm} />
      <Share label={t("point.min_coverage")} value={coverage} onSet={setCoverage} />
      <fieldset className="point-zones">
        <legend>{t("point.zones")}</legend>
        {ZONES.map((zone) => (
          <label key={zone} className="row">
            <input
              type="checkbox"
              checked={zones.includes(zone)}
              onChange={(event) => setZones(event.target.checked ? [...zones, zone] : zones.filter((one) => one !== zone))}
            />
            {word("zone", zone)}
          </label>
        ))}
      </fieldset>
      <label className="stack">
        <span>
          {t("point.why")} <span className="dim">({t("point.why_hint")})</span>
        </span>
        <textarea rows={2} value={why} maxLength={2000} required onChange={(event) => {
          setWhy(event.target.value);
          setDone(false);
        }} />
      </label>
      <Problem error={error} />
      {isDone && <p role="status">✓ {t("point.proposed")}</p>}
      <div className="row">
        <button type="submit" className="primary" disabled={!isWhole || isBusy}>
          {t("point.propose")}
        </button>
      </div>
    </form>
  );
}

interface ShareProps {
  readonly label: string;
  readonly value: number;
  readonly onSet: (value: number) => void;
}

/** A probability, typed in percent. */
function Share({ label, value, onSet }: ShareProps) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <label className="row">
      <span className="grow">{label}</span>
      <input
        className="point-share number"
        type="number"
        min={0}
        max={100}
        step="any"
        value={typed ?? String(Number((100 * value).toPrecision(4)))}
        onChange={(event) => {
          setTyped(event.target.value);
          onSet(event.target.valueAsNumber / 100);
        }}
        onBlur={() => setTyped(null)}
      />
      %
    </label>
  );
}
