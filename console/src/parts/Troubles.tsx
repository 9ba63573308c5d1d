import type { TroubleOut } from "../api/types";
import { t, word } from "../i18n";
import { AsSaid } from "./AsSaid";
import { troubleSaid } from "./said";

/** What loses data comes first; the rest as it is told. */
const FIRST: readonly string[] = ["audit", "store", "database", "sources", "checkpoint", "lost", "space", "recording"];

/** What is wrong with the service: always in sight, and never so much of it that the plan is not. */
export function Troubles({ troubles }: { readonly troubles: readonly TroubleOut[] }) {
  const rank = (one: TroubleOut): number => (FIRST.indexOf(one.part) + FIRST.length + 1) % (FIRST.length + 1);
  const rows = [...troubles].sort((a, b) => rank(a) - rank(b));
  const [first] = rows;
  if (first === undefined) return null;
  const only = troubleSaid(first);
  if (rows.length === 1 && (only.asSaid === "" || only.words === "")) {
    return (
      <p className="banner trouble" role="status">
        <span>⚠ {wordsOf(first)}</span>
        <AsSaid text={only.asSaid} />
      </p>
    );
  }
  const parts = rows.map((one) => word("trouble_part", one.part)).join(" · ");
  return (
    <details className="banner trouble">
      <summary>
        <span role="status">⚠ {rows.length === 1 ? wordsOf(first) : t("trouble.several", { n: rows.length, parts })}</span>
      </summary>
      <ul>
        {rows.map((one) => (
          <li key={one.part}>
            {wordsOf(one)} <AsSaid text={troubleSaid(one).asSaid} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function wordsOf(trouble: TroubleOut): string {
  const part = word("trouble_part", trouble.part);
  const { words } = troubleSaid(trouble);
  return words === "" ? part : t("trouble.of_part", { part, words });
}
