import { useState } from "react";
import { ask } from "../../api/client";
import type { DeclinedOut } from "../../api/types";
import { t } from "../../i18n";
import { serviceNow } from "../../parts/clock";
import { Problem } from "../../parts/Problem";
import { useAsk } from "../../parts/useAsk";
import { AgedPanel } from "../evidence/AgedPanel";

const N_DAYS = 14;
const DAY_MS = 86_400_000;
/** A second press within this is taken for a slip. */
const SLIP_MS = 800;

/** Who chose another way of screening: a count, and nothing about anybody. */
export function DeclinedCounter() {
  const asked = useAsk<DeclinedOut>("/declined", 30_000);
  const [error, setError] = useState<unknown>(null);
  const [said, setSaid] = useState("");
  const [isBusy, setBusy] = useState(false);
  const days = asked.data?.days ?? {};
  const today = days[dayOf(serviceNow())] ?? {};

  const count = async (otherwise: boolean): Promise<void> => {
    setBusy(true);
    setError(null);
    setSaid("");
    try {
      await ask<DeclinedOut>("/declined", { method: "POST", body: { screened_otherwise: otherwise } });
      setSaid(t("declined.done"));
      asked.again();
    } catch (problem) {
      setError(problem);
    } finally {
      setTimeout(() => setBusy(false), SLIP_MS);
    }
  };

  return (
    <AgedPanel title={t("declined.title")} at={asked.at} className="no-print">
      <div className="stack">
        <p className="dim">{t("declined.what")}</p>
        <div className="row declined-counts">
          <Count n={today["screened_otherwise"] ?? 0} words={t("declined.otherwise")} isBusy={isBusy} onAdd={() => void count(true)} />
          <Count n={today["not_screened"] ?? 0} words={t("declined.not_at_all")} isBusy={isBusy} onAdd={() => void count(false)} />
        </div>
        <p role="status">{said === "" ? " " : `✓ ${said}`}</p>
        <Problem error={error} />
        <Problem error={asked.error} />
        <Days days={days} />
      </div>
    </AgedPanel>
  );
}

interface CountProps {
  readonly n: number;
  readonly words: string;
  readonly isBusy: boolean;
  readonly onAdd: () => void;
}

function Count({ n, words, isBusy, onAdd }: CountProps) {
  return (
    <button type="button" className="declined-count" disabled={isBusy} onClick={onAdd}>
      <span className="number declined-n">{n}</span>
      <span>
        + 1 · {words}
        <br />
        <span className="dim">{t("declined.today")}</span>
      </span>
    </button>
  );
}

function Days({ days }: { readonly days: Readonly<Record<string, Readonly<Record<string, number>>>> }) {
  const now = serviceNow();
  const names = Array.from({ length: N_DAYS }, (_, row) => dayOf(now - (row + 1) * DAY_MS)).filter((one) => one in days);
  if (names.length === 0) return null;
  return (
    <details>
      <summary>{t("declined.days")}</summary>
      <table className="number">
        <thead>
          <tr>
            <th scope="col">{t("declined.day")}</th>
            <th scope="col">{t("declined.otherwise")}</th>
            <th scope="col">{t("declined.not_at_all")}</th>
          </tr>
        </thead>
        <tbody>
          {names.map((one) => (
            <tr key={one}>
              <th scope="row">{one}</th>
              <td>{days[one]?.["screened_otherwise"] ?? 0}</td>
              <td>{days[one]?.["not_screened"] ?? 0}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** The service counts by day of UTC. */
function dayOf(utcMs: number): string {
  return new Date(utcMs).toISOString().slice(0, 10);
}
