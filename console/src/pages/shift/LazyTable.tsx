import { type ReactNode, useState } from "react";
import { t } from "../../i18n";

/** The numbers of a chart as a table; made only when somebody opens it. */
export function LazyTable({ name, children }: { readonly name: string; readonly children: () => ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("chart.table")}</summary>
      {isOpen && (
        <div className="chart-table" tabIndex={0} role="region" aria-label={name}>
          <table className="number">
            <tbody>{children()}</tbody>
          </table>
        </div>
      )}
    </details>
  );
}
