import { useMemo } from "react";
import { t, word } from "../../../i18n";
import { clockText } from "../../../parts/clock";
import { Problem } from "../../../parts/Problem";
import { useAsk } from "../../../parts/useAsk";
import { CurveChart } from "../chart/CurveChart";
import { CURVES_FORM, type CurvesFile } from "./bundle";

/** A spectrum with its fit and what is left over, or what a vapour sensor drew over time. */
export function CurvesPanel({ incidentId, file }: { readonly incidentId: string; readonly file: string }) {
  const asked = useAsk<CurvesFile>(`/incidents/${encodeURIComponent(incidentId)}/evidence/${file}`);
  const curves = asked.data;
  if (asked.isLoading) return <p className="dim">…</p>;
  if (curves === null) return <Problem error={asked.error} />;
  if (curves.form !== CURVES_FORM) return <p role="alert">{t("curves.other_form", { form: String(curves.form) })}</p>;
  return <Curves curves={curves} />;
}

const KINDS = { measured: 1, fit: 0, residual: 0, trace: 0 } as const;

function Curves({ curves }: { readonly curves: CurvesFile }) {
  const { above, residual } = useMemo(() => {
    const drawn = curves.curves.map((one, row) => ({
      name: [word("curve", one.role), one.name].filter(Boolean).join(": "),
      values: one.values,
      unit: one.unit,
      isResidual: one.role === "residual",
      kind: (one.role === "trace" ? row % 4 : KINDS[one.role]) as 0 | 1 | 2 | 3,
    }));
    return { above: drawn.filter((one) => !one.isResidual), residual: drawn.filter((one) => one.isResidual) };
  }, [curves]);
  const { quantity, unit, values } = curves.x;
  const xLabel = unit === "" ? quantity : `${quantity} (${unit})`;
  return (
    <div className="stack">
      <CurveChart
        title={`${curves.sensor_id} · ${clockText(curves.t_utc_ms, "local")} · ${curves.caption}`}
        xs={values}
        xLabel={xLabel}
        yLabel={above[0]?.unit ?? ""}
        curves={above}
        marks={curves.marks}
      />
      {residual.length > 0 && (
        <CurveChart
          title={t("curves.residual")}
          xs={values}
          xLabel={xLabel}
          yLabel={residual[0]?.unit ?? ""}
          curves={residual}
          height={170}
          level={0}
        />
      )}
    </div>
  );
}
