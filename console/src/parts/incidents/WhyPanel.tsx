import type { Card, IncidentOut, Why } from "../../api/types";
import { fixed, t, word } from "../../i18n";
import { natural, percentText } from "./figures";
import { WaterfallView } from "./WaterfallView";

/** How probable it is, with the base rate, in words that people judge well by. */
export function HowSure({ p, prior, isSimulated }: { readonly p: number; readonly prior: number; readonly isSimulated: boolean }) {
  const told = natural(p, prior);
  return (
    <p className="how-sure">
      <strong className="number">{percentText(p)}</strong>{" "}
      {told === null
        ? t("sure.not_known")
        : told.ofHundred === null
          ? t("sure.nearly_all", { m: told.oneIn })
          : t("sure.natural", { n: told.ofHundred, m: told.oneIn })}
      {isSimulated && <span className="chip">◩ {t("sure.simulated")}</span>}
    </p>
  );
}

interface Props {
  readonly why: Why;
  readonly pAlarm: number | null;
}

export function Evidence({ why, pAlarm }: Props) {
  return (
    <section aria-label={t("why.title")}>
      <h3>{t("why.evidence")}</h3>
      {why.steps.length === 0 ? <p className="dim">{t("why.no_looks")}</p> : <WaterfallView why={why} pAlarm={pAlarm} />}
    </section>
  );
}

/** What was not looked at well enough; a gap is told, never filled. */
export function Missing({ why, minCoverage }: { readonly why: Why; readonly minCoverage: number }) {
  const gaps = why.coverage.filter((one) => one.is_wanted && !(one.covered >= minCoverage));
  return (
    <p>
      <span className="dim">{t("missing.title")}{t("sign.colon")}</span>{" "}
      {gaps.length === 0
        ? t("missing.nothing")
        : gaps.map((one) => (
            <span key={one.zone} className="gap">
              <span aria-hidden="true">▨</span>{" "}
              {t("missing.zone", { zone: word("zone", one.zone), covered: percentText(one.covered), wanted: percentText(minCoverage) })}
            </span>
          ))}
    </p>
  );
}

interface CuedProps {
  readonly card: Card | undefined;
  readonly why: Why | null;
  readonly nowMs: number;
}

/** Who was told to look, and when that is. */
export function Cued({ card, why, nowMs }: CuedProps) {
  const looks = card?.cued ?? [];
  const tasks = new Map((why?.cued ?? []).map((one) => [one.sensor_id, one]));
  return (
    <p>
      <span className="dim">{t("cued.title")}{t("sign.colon")}</span> {looks.length === 0 && t("cued.none")}
      {looks.map((one) => {
        const zone = tasks.get(one.sensor_id)?.zone ?? null;
        const inS = (one.t_look_utc_ms - nowMs) / 1000;
        return (
          <span key={`${one.sensor_id} ${one.t_look_utc_ms}`} className="gap">
            <span aria-hidden="true">◎</span> <strong>{one.sensor_id}</strong>{" "}
            {inS > 0 ? t("cued.in", { seconds: fixed(inS, 1) }) : t("cued.now")}
            {zone !== null && <> · {word("zone", zone)}</>}
          </span>
        );
      })}
    </p>
  );
}

export function History({ incident, clock }: { readonly incident: IncidentOut; readonly clock: (ms: number) => string }) {
  return (
    <details className="incident-folded">
      <summary>{t("history.title", { n: incident.history.length })}</summary>
      <ul className="plain history">
        {[...incident.history].reverse().map((line, n) => (
          <li key={`${line.t_utc_ms} ${line.what} ${incident.history.length - n}`}>
            <span className="number dim">{clock(line.t_utc_ms)}</span> <strong>{word("what", line.what)}</strong>{" "}
            <span className="dim">{line.by === "station" ? t("history.station") : line.by}</span>
            {line.text !== "" && <div>{line.text}</div>}
          </li>
        ))}
      </ul>
    </details>
  );
}
