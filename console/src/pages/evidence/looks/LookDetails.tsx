import type { StepOut } from "../../../api/types";
import { t } from "../../../i18n";
import { type Ledger, filesOf, type Manifest } from "./bundle";
import { CurvesPanel } from "./CurvesPanel";
import { Figures } from "./Figures";
import { ProfileChart } from "./ProfileChart";
import { curvesOf, entriesOf } from "./match";

interface Props {
  readonly incidentId: string;
  readonly step: StepOut | null;
  readonly steps: readonly StepOut[];
  readonly ledger: Ledger | null;
  readonly manifest: Manifest | null;
  readonly onChoose: (step: number) => void;
}

/** What one look measured: curves where the evidence has them, and its figures. */
export function LookDetails({ incidentId, step, steps, ledger, manifest, onChoose }: Props) {
  const files = filesOf(manifest, "curves");
  const mine = curvesOf(step, ledger, files);
  const elsewhere = steps.filter((one) => one !== step && curvesOf(one, ledger, files).length > 0);
  const entries = entriesOf(step, ledger).filter((one) => Object.keys(one.score).length > 0);
  return (
    <div className="stack">
      {mine.map((file) => (
        <CurvesPanel key={file} incidentId={incidentId} file={file} />
      ))}
      <ProfileChart entries={entries} />
      {mine.length === 0 && <p className="dim">{t(files.length > 0 ? "curves.not_of_this" : "curves.none")}</p>}
      {elsewhere.length > 0 && (
        <p className="row">
          {t("curves.elsewhere")}
          {elsewhere.map((one) => (
            <button type="button" key={one.number} onClick={() => onChoose(one.number)}>
              {one.number} · {one.sensor_id}
            </button>
          ))}
        </p>
      )}
      {entries.length > 0 ? <Figures entries={entries} /> : <p className="dim">{t("figures.none")}</p>}
    </div>
  );
}
