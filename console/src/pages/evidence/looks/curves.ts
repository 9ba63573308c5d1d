// A file of curves as it is drawn: channel by channel, what was measured below what explains it.
import { t, word } from "../../../i18n";
import type { Curve } from "../chart/CurveChart";
import type { CurveOf, CurveRole, CurvesFile } from "./bundle";

/** All curves of one channel; 0 is all channels together. */
export interface ChannelCurves {
  readonly channel: number;
  readonly yLabel: string;
  readonly drawn: readonly Curve[];
  readonly residual: Curve | null;
  readonly residualLabel: string;
}

const KINDS: Readonly<Record<CurveRole, Curve["kind"]>> = { measured: 1, fit: 0, without: 2, residual: 1 };

export function channelsOf(curves: CurvesFile): ChannelCurves[] {
  const numbers = [...new Set(curves.curves.map((one) => one.channel))].sort((a, b) => a - b);
  return numbers.map((channel) => {
    const mine = curves.curves.filter((one) => one.channel === channel);
    const residual = mine.find((one) => one.role === "residual") ?? null;
    const others = mine.filter((one) => one !== residual);
    return {
      channel,
      yLabel: others[0] === undefined ? "" : axisWords(others[0]),
      drawn: others.map((one) => drawnOf(one, curves.substance)),
      residual: residual === null ? null : drawnOf(residual, curves.substance),
      residualLabel: residual === null ? "" : axisWords(residual),
    };
  });
}

/** What a chart is of, and which substance the fit names. */
export function headOf(curves: CurvesFile): string {
  const what = word("curves", curves.kind);
  return `${what}: ${curves.substance === "" ? t("curves.no_substance") : t("curves.fit_of", { substance: curves.substance })}`;
}

/**
 * Return what is left when all but the substance is taken off, and the substance's share of the fit:
 * beside strong lines of air and cloth it would be too small to be seen. Null where none is named.
 */
export function substanceAlone(curves: CurvesFile): readonly Curve[] | null {
  const of = (role: CurveRole): readonly (number | null)[] | undefined =>
    curves.curves.find((one) => one.channel === 0 && one.role === role)?.values;
  const [measured, fit, without] = [of("measured"), of("fit"), of("without")];
  if (measured === undefined || fit === undefined || without === undefined) return null;
  const less = (values: readonly (number | null)[]): number[] =>
    values.map((one, row) => (one ?? NaN) - (without[row] ?? NaN));
  return [
    { name: t("curve.all_else_off"), values: less(measured), kind: 1 },
    { name: curves.substance, values: less(fit), kind: 0 },
  ];
}

export function axisWords({ quantity, unit }: { readonly quantity: string; readonly unit: string }): string {
  const words = word("quantity", quantity);
  return unit === "" ? words : `${words}, ${unit === "1/cm" ? "cm⁻¹" : unit}`;
}

/** What is missing is drawn as a gap. */
export function numbersOf(values: readonly (number | null)[]): number[] {
  return values.map((one) => one ?? NaN);
}

function drawnOf(one: CurveOf, substance: string): Curve {
  const name = one.role === "without" ? t("curve.without_it", { substance }) : word("curve", one.role);
  return { name, values: numbersOf(one.values), kind: KINDS[one.role] };
}
