import { t, word } from "../../i18n";
import { serviceNow, useTick } from "../../parts/clock";
import { useKeys } from "../../parts/keys/keyList";
import { nextWalk, SHAPES, type WalkTest } from "./walks";

interface Props {
  readonly test: WalkTest;
  readonly isBusy: boolean;
  readonly onEnd: () => void;
}

/** Says to the tester what to carry now; one button when they are through. */
export function WalkGuide({ test, isBusy, onEnd }: Props) {
  useTick(1000);
  const row = nextWalk(test);
  const walk = test.walks[row];
  useKeys(t("page.shift"), { e: { does: t("walk.end"), run: () => { if (!isBusy) onEnd(); } } });
  if (walk === undefined) return null;
  const seconds = walk.from_utc_ms === null ? 0 : Math.max(0, Math.round((serviceNow() - walk.from_utc_ms) / 1000));
  const last = test.walks[row - 1];
  return (
    <div className="stack">
      <p className="walk-now" aria-live="polite">
        <span className="dim">{t("walk.number", { number: row + 1, of: test.walks.length })}</span>
        <strong>
          {walk.has_object
            ? `■ ${t("walk.carry", { object: test.reference_object, zone: word("zone", test.zone) })}`
            : `□ ${t("walk.carry_nothing")}`}
        </strong>
        <span>{t("walk.alone")}</span>
      </p>
      {last?.result === "repeat" && (
        <p role="status">
          {SHAPES.repeat} {t("walk.again")}
        </p>
      )}
      <div className="row">
        <button type="button" className="primary walk-end" disabled={isBusy} onClick={onEnd}>
          {t("walk.end")} <kbd>e</kbd>
        </button>
        <span className="number">{t("walk.since", { seconds })}</span>
      </div>
      <ol className="walk-list" aria-label={t("walk.walks")}>
        {test.walks.map((one, number) => (
          <li key={number} className={number === row ? "is-now" : undefined} aria-current={number === row ? "step" : undefined}>
            <span aria-hidden="true">{SHAPES[one.result]}</span> {one.has_object ? t("walk.with") : t("walk.without")}
            <br />
            <span className="dim">{number === row ? t("walk.now") : word("walk.result", one.result)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
