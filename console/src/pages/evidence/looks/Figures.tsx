import { t, word } from "../../../i18n";
import { depthOf } from "./profile";
import { numberText } from "../chart/scale";
import { figureUnit, type LedgerEntry } from "./bundle";

/** The figures behind a look, before any calibration: for whoever asks what was measured. */
export function Figures({ entries }: { readonly entries: readonly LedgerEntry[] }) {
  return (
    <table className="figures-table">
      <thead>
        <tr>
          <th scope="col">{t("figures.zone")}</th>
          <th scope="col">{t("figures.figure")}</th>
          <th scope="col">{t("figures.value")}</th>
        </tr>
      </thead>
      <tbody>
        {entries.flatMap((entry, row) =>
          Object.entries(entry.score).map(([name, value], column) => (
            <tr key={`${row}-${name}`}>
              <td>{column === 0 ? word("zone", entry.zone ?? "none") : ""}</td>
              <td>{figureWords(name)}</td>
              <td className="number">
                {typeof value === "number" ? numberText(value) : value} {figureUnit(name)}
              </td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  );
}

function figureWords(name: string): string {
  const at = depthOf(name);
  return at === null ? word("figure", name) : t("figure.echo_at", { mm: at > 0 ? `+${at}` : String(at) });
}
