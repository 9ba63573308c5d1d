import { t } from "../../i18n";
import { clockText } from "../../parts/clock";
import { follow } from "../../parts/route";
import type { Recording } from "./recording";
import { spanText } from "./usePlayback";

export function RecordingList({ recordings }: { readonly recordings: readonly Recording[] }) {
  if (recordings.length === 0) return <p className="dim">{t("time.none")}</p>;
  const hasLength = recordings.some((one) => one.durationS > 0);
  return (
    <div className="panel">
      <table>
        <thead>
          <tr>
            <th scope="col">{t("time.started")}</th>
            {hasLength && <th scope="col">{t("time.length")}</th>}
            <th scope="col">{t("time.source")}</th>
            <th scope="col">{t("time.open")}</th>
          </tr>
        </thead>
        <tbody>
          {recordings.map((one) => (
            <tr key={one.id}>
              <td className="number">
                {clockText(one.startedUtcMs, "local", true)} {t("clock.local")}
                <br />
                <span className="dim">
                  {clockText(one.startedUtcMs, "utc", true)} {t("clock.utc")}
                </span>
              </td>
              {hasLength && <td className="number">{one.durationS > 0 ? spanText(one.durationS) : "–"}</td>}
              <td>{one.isSimulated ? `◩ ${t("time.simulated")}` : t("time.measured")}</td>
              <td>
                <a className="button" href={`/time/${encodeURIComponent(one.id)}`} onClick={follow}>
                  ▶ {t("time.open")}
                </a>{" "}
                <span className="dim">{one.title}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="dim">{t("time.audited")}</p>
    </div>
  );
}
