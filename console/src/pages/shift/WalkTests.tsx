import { useState } from "react";
import { ask } from "../../api/client";
import { t, word } from "../../i18n";
import { serviceNow } from "../../parts/clock";
import { Problem } from "../../parts/Problem";
import { sentences } from "../../parts/said";
import { useMay } from "../../parts/session";
import { useAsk } from "../../parts/useAsk";
import { AgedPanel } from "../evidence/AgedPanel";
import { momentText } from "../evidence/moment";
import { WalkBegin } from "./WalkBegin";
import { WalkChart } from "./WalkChart";
import { WalkGuide } from "./WalkGuide";
import { distinct, underWay, type WalkMonths, type WalkTest } from "./walks";

const LATELY = 8;

/** The daily test: begun here, walked through step by step, charted over months. */
export function WalkTests() {
  const lately = useAsk<WalkTest[]>("/walk-tests", 5000);
  const maySeeAll = useMay("see_figures");
  const months = useAsk<WalkMonths>(maySeeAll ? "/walk-tests/chart" : null);
  const [told, setTold] = useState<WalkTest | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  const tests = lately.data ?? [];
  // What an action answered is newer than what was read before it.
  const known = told === null ? tests : [told, ...tests.filter((one) => one.walk_test_id !== told.walk_test_id)];
  const current = underWay(known, serviceNow());
  const done = told !== null && told.ended_utc_ms !== null ? told : null;

  const act = async (path: string, body?: unknown): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      setTold(await ask<WalkTest>(path, { method: "POST", body: body ?? {} }));
      lately.again();
      months.again();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <AgedPanel title={t("walk.title")} at={lately.at} className="no-print">
        <div className="stack">
          {current !== null && (
            <WalkGuide test={current} isBusy={isBusy} onEnd={() => void act(`/walk-tests/${encodeURIComponent(current.walk_test_id)}/end`)} />
          )}
          {current === null && done !== null && <Outcome test={done} />}
          {current === null && (
            <WalkBegin
              objects={distinct(known.map((one) => one.reference_object))}
              isBusy={isBusy}
              onBegin={(asked) => void act("/walk-tests", asked)}
            />
          )}
          <Problem error={error} />
          <Problem error={lately.error} />
        </div>
      </AgedPanel>
      <AgedPanel title={t("walk.chart")} at={maySeeAll ? months.at : lately.at} className="no-print">
        <WalkChart tests={months.data?.tests ?? known} />
        {months.data !== null && <p>{sentences("trouble", months.data.message_parts ?? [], months.data.message).words || <bdi lang="en">{months.data.message}</bdi>}</p>}
        <Problem error={months.error} />
      </AgedPanel>
      <AgedPanel title={t("walk.lately")} at={lately.at} className="no-print">
        <Lately tests={known.slice(0, LATELY)} />
      </AgedPanel>
    </>
  );
}

function Outcome({ test }: { readonly test: WalkTest }) {
  return (
    <p role="status" className={test.has_passed ? "walk-outcome" : "walk-outcome failed"}>
      {test.has_passed ? `✓ ${t("walk.passed")}` : `✕ ${t("walk.failed")}`} {scoreOf(test)}
    </p>
  );
}

function scoreOf(test: WalkTest): string {
  return t("walk.score", { found: test.n_found, of: test.n_with, wrong: test.n_false });
}

function Lately({ tests }: { readonly tests: readonly WalkTest[] }) {
  if (tests.length === 0) return <p className="dim">{t("walk.none")}</p>;
  return (
    <div className="wide-table">
      <table className="cards">
        <thead>
          <tr>
            <th scope="col">{t("walk.when")}</th>
            <th scope="col">{t("walk.by")}</th>
            <th scope="col">{t("walk.what")}</th>
            <th scope="col">{t("walk.result")}</th>
          </tr>
        </thead>
        <tbody>
          {tests.map((one) => (
            <tr key={one.walk_test_id}>
              <td className="number">{momentText(one.begun_utc_ms)}</td>
              <td>{one.by}</td>
              <td>
                {one.reference_object} · {word("zone", one.zone)}
              </td>
              <td>
                {one.has_passed === null ? `… ${t("walk.open")}` : one.has_passed ? `✓ ${t("walk.passed")}` : `✕ ${t("walk.failed_short")}`}{" "}
                <span className="dim">{t("walk.score_short", { found: one.n_found, of: one.n_with, wrong: one.n_false })}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
