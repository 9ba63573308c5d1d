import { ApiError } from "../../api/client";
import { asKnown, t, word } from "../../i18n";
import { clockText } from "../../parts/clock";
import { Problem } from "../../parts/Problem";
import { useAsk } from "../../parts/useAsk";
import { keepText, type PrivacyOut, sizeText } from "./privacy";
import { PrivacyTable } from "./PrivacyTable";

const NOT_THERE = 501;

/** What is kept of people, where, how long, and who else is told. */
export function PrivacyReport() {
  const { data, error, isLoading } = useAsk<PrivacyOut>("/privacy");
  if (error instanceof ApiError && error.status === NOT_THERE) return <p className="panel">{t("privacy.missing")}</p>;
  if (isLoading) return <p role="status">… {t("privacy.loading")}</p>;
  if (data === null) return <Problem error={error} />;
  const { rules = [], tables = [], folders = [], recipients = [], measures = [], findings = [] } = data;
  return (
    <div className="privacy">
      <p className="dim">
        {t("privacy.made", { time: data.t_utc_ns === undefined ? "–" : timeText(data.t_utc_ns), version: data.software_version ?? "–" })}
      </p>
      <section className={findings.length > 0 ? "panel problem" : "panel"}>
        <h2>{t("privacy.findings")}</h2>
        {findings.length === 0 ? <p>✓ {t("privacy.all_well")}</p> : <List lines={findings} sign="✕" />}
      </section>
      <PrivacyTable
        title={t("privacy.rules")}
        head={[t("privacy.class"), t("privacy.about"), t("privacy.keep"), t("privacy.longest"), t("privacy.setting")]}
        rows={rules.map((one) => [
          word("data_class", one.data_class), asKnown("holds", one.about), keepText(one.keep_s), one.longest_s === null ? t("privacy.no_limit") : keepText(one.longest_s), one.setting,
        ])}
      />
      <PrivacyTable
        title={t("privacy.tables")}
        head={[t("privacy.place"), t("privacy.class"), t("privacy.number"), t("privacy.oldest")]}
        rows={tables.map((one) => [one.place, word("data_class", one.data_class), String(one.n), timeText(one.oldest_utc_ns)])}
      />
      <PrivacyTable
        title={t("privacy.folders")}
        head={[t("privacy.place"), t("privacy.class"), t("privacy.keep"), t("privacy.number"), t("privacy.oldest")]}
        rows={folders.map((one) => [
          one.name,
          word("data_class", one.data_class),
          keepText(one.keep_s),
          `${one.n_files} (${sizeText(one.n_bytes)})${one.n_overdue > 0 ? ` · ${one.n_overdue} ${t("privacy.overdue")}` : ""}`,
          timeText(one.oldest_utc_ns),
        ])}
      />
      <PrivacyTable
        title={t("privacy.recipients")}
        none={t("privacy.no_recipients")}
        head={[t("privacy.recipients"), t("privacy.place"), t("privacy.about"), ""]}
        rows={recipients.map((one) => [
          one.name, one.where, asKnown("told", one.what), one.is_encrypted ? `✓ ${t("privacy.encrypted")}` : `✕ ${t("privacy.clear")}`,
        ])}
      />
      <section className="panel">
        <h2>{t("privacy.measures")}</h2>
        <List lines={measures.map((one) => asKnown("measure", one))} sign="·" />
      </section>
    </div>
  );
}

function List({ lines, sign }: { readonly lines: readonly string[]; readonly sign: string }) {
  return (
    <ul>
      {lines.map((one) => (
        <li key={one}>
          {sign} {one}
        </li>
      ))}
    </ul>
  );
}

function timeText(utcNs: number): string {
  return utcNs > 0 ? clockText(utcNs / 1e6, "local", true) : "–";
}
