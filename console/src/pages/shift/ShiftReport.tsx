import { useState } from "react";
import { fixed, t, word } from "../../i18n";
import { clockText, serviceNow } from "../../parts/clock";
import { Problem } from "../../parts/Problem";
import { follow } from "../../parts/route";
import { useMe } from "../../parts/session";
import { useAsk } from "../../parts/useAsk";
import { useLive } from "../../live/state";
import { AgedPanel } from "../evidence/AgedPanel";
import { momentText } from "../evidence/moment";
import { fieldMs, fieldText, lastHours, paceOf, type Report, type Span } from "./report";

const HOURS: readonly number[] = [8, 12, 24];
const PACES = { within: "✓", above: "▲", flood: "▲▲" } as const;

/** Figures of a shift, for handing over; printed as one page. */
export function ShiftReport() {
  const [span, setSpan] = useState<Span>(() => lastHours(12, serviceNow()));
  const isSpan = span.fromMs < span.toMs;
  const asked = useAsk<Report>(isSpan ? `/shift-report?from_utc_ms=${Math.round(span.fromMs)}&to_utc_ms=${Math.round(span.toMs)}` : null);
  return (
    <AgedPanel title={t("report.title")} at={asked.at} className="shift-report">
      <div className="stack">
        <div className="row no-print">
          {HOURS.map((hours) => (
            <button type="button" key={hours} onClick={() => setSpan(lastHours(hours, serviceNow()))}>
              {t("report.hours", { hours })}
            </button>
          ))}
          <Field name={t("report.from")} ms={span.fromMs} onChange={(fromMs) => setSpan({ ...span, fromMs })} />
          <Field name={t("report.to")} ms={span.toMs} onChange={(toMs) => setSpan({ ...span, toMs })} />
          <button type="button" onClick={() => print()} disabled={asked.data === null}>
            {t("report.print")}
          </button>
        </div>
        {!isSpan && <p role="alert">{t("report.empty_span")}</p>}
        <Problem error={asked.error} />
        {asked.data !== null && <Figures report={asked.data} />}
        <HandOver />
      </div>
    </AgedPanel>
  );
}

interface FieldProps {
  readonly name: string;
  readonly ms: number;
  readonly onChange: (ms: number) => void;
}

function Field({ name, ms, onChange }: FieldProps) {
  return (
    <label className="row">
      {name}
      <input
        type="datetime-local"
        value={fieldText(ms)}
        onChange={(event) => {
          const at = fieldMs(event.target.value);
          if (at !== null) onChange(at);
        }}
      />
    </label>
  );
}

function Figures({ report }: { readonly report: Report }) {
  const site = useLive((live) => live.hello?.site_id ?? "");
  const isSimulated = useLive((live) => live.hello?.is_simulated ?? false);
  const pace = paceOf(report);
  return (
    <div className="stack">
      <p>
        <strong>{site}</strong> · {momentText(report.from_utc_ms)} – {momentText(report.to_utc_ms)}{" "}
        {t("clock.local")} ({clockText(report.from_utc_ms, "utc")} – {clockText(report.to_utc_ms, "utc")} {t("clock.utc")})
        {isSimulated && ` · ◩ ${t("evidence.simulated")}`}
      </p>
      <dl className="report-figures">
        <Figure words={t("report.incidents")} value={String(report.n_incidents)} />
        <Figure words={t("report.per_hour")} value={fixed(report.per_hour, 1)} />
        <Figure
          words={t("report.per_10_min")}
          value={`${fixed(report.per_10_min, 2)} ${PACES[pace]} ${word("report.pace", pace)}`}
          more={t("report.target", { target: report.target_per_10_min })}
        />
        <Figure words={t("report.most")} value={String(report.most_in_10_min)} />
        <Figure words={t("report.median")} value={secondsText(report.median_acknowledged_s)} />
        <Figure words={t("report.slowest")} value={secondsText(report.slowest_acknowledged_s)} />
        <Figure words={t("report.returned")} value={String(report.n_returned_unacknowledged)} />
        <Figure words={t("report.escalated")} value={String(report.n_escalated)} />
      </dl>
      <div className="report-lists">
        <Counts title={t("report.by_priority")} counts={report.by_priority} words="priority" />
        <Counts title={t("report.by_disposition")} counts={report.by_disposition} words="disposition" />
        <Counts title={t("report.by_account")} counts={report.by_account} />
      </div>
      <div>
        <h3>{t("report.still_open", { n: report.still_open.length })}</h3>
        <p className="row">
          {report.still_open.map((one) => (
            <a key={one} href={`/evidence/${encodeURIComponent(one)}`} onClick={follow}>
              {one}
            </a>
          ))}
        </p>
      </div>
    </div>
  );
}

function Figure({ words, value, more }: { readonly words: string; readonly value: string; readonly more?: string }) {
  return (
    <div>
      <dt>{words}</dt>
      <dd className="number">
        {value}
        {more !== undefined && <span className="dim report-more">{more}</span>}
      </dd>
    </div>
  );
}

interface CountsProps {
  readonly title: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly words?: string;
}

function Counts({ title, counts, words }: CountsProps) {
  const rows = Object.entries(counts);
  return (
    <div>
      <h3>{title}</h3>
      {rows.length === 0 ? (
        <p className="dim">–</p>
      ) : (
        <table>
          <tbody>
            {rows.map(([name, n]) => (
              <tr key={name}>
                <th scope="row">{words === undefined ? name : word(words, name)}</th>
                <td className="number">{n}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** Lines to sign; the notes are for the paper alone and go nowhere else. */
function HandOver() {
  const me = useMe();
  const [notes, setNotes] = useState("");
  return (
    <div className="stack hand-over">
      <label className="stack no-print">
        {t("report.notes")}
        <textarea rows={3} value={notes} maxLength={2000} onChange={(event) => setNotes(event.target.value)} />
      </label>
      <p className="only-print notes-printed">{notes}</p>
      <p className="only-print">
        {t("report.handed_by", { account: me.account_id })} ______________________ {t("report.taken_by")} ______________________
      </p>
    </div>
  );
}

function secondsText(seconds: number | null): string {
  return seconds === null ? "–" : seconds < 90 ? `${Math.round(seconds)} s` : `${fixed(seconds / 60, 1)} min`;
}
