import { t } from "../../i18n";
import { useMay } from "../../parts/session";
import { Calibrations } from "./Calibrations";
import { DeclinedCounter } from "./DeclinedCounter";
import "./shift.css";
import { ShiftReport } from "./ShiftReport";
import { WalkControl } from "./WalkControl";
import { WalkTests } from "./WalkTests";

/** What a shift does at its beginning and its end, and what it counts meanwhile. */
export default function ShiftPage() {
  const mayCount = useMay("record_declined");
  const maySeeFigures = useMay("see_figures");
  const maySeeIncidents = useMay("see_incidents");
  return (
    <div className="shift">
      <h1 className="hidden-words">{t("page.shift")}</h1>
      <div className="shift-column">
        <WalkTests />
        {maySeeFigures && <WalkControl />}
      </div>
      <div className="shift-column">
        {mayCount && <DeclinedCounter />}
        {maySeeIncidents && <ShiftReport />}
        {maySeeFigures && <Calibrations />}
      </div>
    </div>
  );
}
