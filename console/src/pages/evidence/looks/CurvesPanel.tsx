import { useMemo } from "react";
import { t, word } from "../../../i18n";
import { clockText } from "../../../parts/clock";
import { Problem } from "../../../parts/Problem";
import { useAsk } from "../../../parts/useAsk";
import { CurveChart } from "../chart/CurveChart";
import { numberText } from "../chart/scale";
import { CURVES_FORM, type CurvesFile } from "./bundle";
import { axisWords, type ChannelCurves, channelsOf, headOf, numbersOf, substanceAlone } from "./curves";

/** A spectrum with its fit and what is left over, or what a vapour sensor drew over time. */
export function CurvesPanel({ incidentId, file }: { readonly incidentId: string; readonly file: string }) {
  const asked = useAsk<CurvesFile>(`/incidents/${encodeURIComponent(incidentId)}/evidence/${file}`);
  const curves = asked.data;
  if (asked.isLoading) return <p className="dim">…</p>;
  if (curves === null) return <Problem error={asked.error} />;
  if (curves.form !== CURVES_FORM) return <p role="alert">{t("curves.other_form", { form: String(curves.form) })}</p>;
  return <Curves curves={curves} />;
}

export function Curves({ curves }: { readonly curves: CurvesFile }) {
  const { together, single, alone, xs, marks } = useMemo(() => {
    const all = channelsOf(curves);
    const marks = curves.marks
      .filter((one) => one.at !== null)
      .map((one) => ({ at: one.at ?? 0, name: one.kind === "line" ? curves.substance : word("mark", one.kind) }));
    return {
      together: all.find((one) => one.channel === 0) ?? null,
      single: all.filter((one) => one.channel > 0),
      alone: substanceAlone(curves),
      xs: numbersOf(curves.x.values),
      marks: named(marks),
    };
  }, [curves]);
  const xLabel = axisWords(curves.x);
  const isTime = curves.x.quantity === "time";
  return (
    <section className="stack" aria-label={word("curves", curves.kind)}>
      <header>
        <h3>{headOf(curves)}</h3>
        <p className="dim">
          {curves.sensor_id} · {t(isTime ? "curves.zero_is" : "curves.taken_at", { time: clockText(curves.t_utc_ms, "local") })}
          {figuresOf(curves).map(([name, value]) => ` · ${word("curve_figure", name)} ${numberText(value)}`)}
        </p>
      </header>
      {together !== null && (
        <>
          <CurveChart title={word("curves.all", curves.kind)} xs={xs} xLabel={xLabel} yLabel={together.yLabel} curves={together.drawn} marks={marks} />
          {alone !== null && (
            <CurveChart
              title={t("curves.alone", { substance: curves.substance })}
              xs={xs}
              xLabel={xLabel}
              yLabel={together.yLabel}
              curves={alone}
              marks={marks.map((one) => ({ at: one.at, name: "" }))}
              height={200}
              level={0}
            />
          )}
          {together.residual !== null && (
            <CurveChart
              title={t("curves.residual")}
              xs={xs}
              xLabel={xLabel}
              yLabel={together.residualLabel}
              curves={[together.residual]}
              height={150}
              level={0}
            />
          )}
        </>
      )}
      {single.length > 0 && <Channels channels={single} xs={xs} xLabel={xLabel} />}
    </section>
  );
}

interface ChannelsProps {
  readonly channels: readonly ChannelCurves[];
  readonly xs: readonly number[];
  readonly xLabel: string;
}

/** Every channel by itself, small: whether they all tell the same story is seen at a glance. */
function Channels({ channels, xs, xLabel }: ChannelsProps) {
  return (
    <details open>
      <summary>{t("curves.channels", { n: channels.length })}</summary>
      <div className="channels">
        {channels.map((one) => (
          <CurveChart
            key={one.channel}
            title={t("curves.channel", { n: one.channel })}
            xs={xs}
            xLabel={xLabel}
            yLabel=""
            curves={one.drawn}
            height={130}
            isSmall
          />
        ))}
      </div>
    </details>
  );
}

/** A name once, at its first mark: several lines of one substance need it only there. */
function named(marks: readonly { readonly at: number; readonly name: string }[]) {
  const said = new Set<string>();
  return [...marks]
    .sort((a, b) => a.at - b.at)
    .map((one) => {
      const name = said.has(one.name) ? "" : one.name;
      said.add(one.name);
      return { at: one.at, name };
    });
}

function figuresOf(curves: CurvesFile): [string, number][] {
  return Object.entries(curves.figures).filter((one): one is [string, number] => one[1] !== null);
}
