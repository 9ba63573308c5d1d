import { useEffect, useRef } from "react";
import type { AuditRowOut } from "../../api/types";
import { asKnown, t, word } from "../../i18n";
import { AsSaid } from "../../parts/AsSaid";
import { sentences } from "../../parts/said";
import { momentText } from "../evidence/moment";
import { EVERYTHING, type Filter, LOOKS } from "./audit";

interface Props {
  readonly rows: readonly AuditRowOut[];
  readonly chosen: number;
  readonly isOpen: boolean;
  readonly onToggle: (row: number) => void;
  /** Ask for all of one account, or all about one thing. */
  readonly onAsk: (filter: Filter) => void;
}

export function AuditTable({ rows, chosen, isOpen, onToggle, onAsk }: Props) {
  const current = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    // Only where the keys moved it out of sight; nothing moves under a pointer.
    if (chosen > 0) current.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  if (rows.length === 0) return null;
  return (
    <div className="wide-table">
      <table className="audit-table cards">
        <thead>
          <tr>
            <th scope="col">{t("audit.number")}</th>
            <th scope="col">{t("audit.when")}</th>
            <th scope="col">{t("audit.who")}</th>
            <th scope="col">{t("audit.what")}</th>
            <th scope="col">{t("audit.of_what")}</th>
            <th scope="col">{t("audit.why")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, number) => (
            <Row
              key={row.seq}
              row={row}
              isChosen={number === chosen}
              isOpen={number === chosen && isOpen}
              refOf={number === chosen ? current : undefined}
              onToggle={() => onToggle(number)}
              onAsk={onAsk}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly row: AuditRowOut;
  readonly isChosen: boolean;
  readonly isOpen: boolean;
  readonly refOf: React.RefObject<HTMLTableRowElement | null> | undefined;
  readonly onToggle: () => void;
  readonly onAsk: (filter: Filter) => void;
}

function Row({ row, isChosen, isOpen, refOf, onToggle, onAsk }: RowProps) {
  const shape = LOOKS.includes(row.what) ? "◉ " : row.what.endsWith("refused") ? "✕ " : "";
  return (
    <>
      <tr ref={refOf} className={isChosen ? "is-it" : undefined} aria-current={isChosen || undefined}>
        <td>
          <button type="button" aria-expanded={isOpen} aria-label={`${t("audit.open_row")} ${row.seq}`} onClick={onToggle}>
            <span className="turns">{isOpen ? "▾" : "▸"}</span> <span className="number">{row.seq}</span>
          </button>
        </td>
        <td className="number">{momentText(row.t_utc_ms, { seconds: true })}</td>
        <td>
          <button type="button" className="plain" title={t("audit.all_of", { name: row.who })} onClick={() => onAsk({ ...EVERYTHING, who: row.who })}>
            {row.who}
          </button>
          {row.role !== "" && <span className="dim audit-role">{rolesText(row.role)}</span>}
        </td>
        <td>
          {shape}
          {word("audit.what", row.what)}
        </td>
        <td>
          {row.of_what !== "" && (
            <button
              type="button"
              className="plain"
              title={t("audit.all_about", { name: row.of_what })}
              onClick={() => onAsk({ ...EVERYTHING, ofWhat: row.of_what })}
            >
              {row.of_what}
            </button>
          )}
        </td>
        <td><Why row={row} /></td>
      </tr>
      {isOpen && (
        <tr className="audit-more">
          <td colSpan={6}>
            <dl>
              <dt>{t("clock.utc")}</dt>
              <dd className="number">{new Date(row.t_utc_ms).toISOString()}</dd>
              {row.role !== "" && (
                <>
                  <dt>{t("accounts.roles")}</dt>
                  <dd>{rolesText(row.role)}</dd>
                </>
              )}
              <dt>{t("audit.body")}</dt>
              <dd className="number">{JSON.stringify(row.body)}</dd>
              <dt>SHA-256</dt>
              <dd className="number">{row.row_hash}</dd>
            </dl>
          </td>
        </tr>
      )}
    </>
  );
}

function rolesText(roles: string): string {
  return roles.split(",").map((one) => word("role", one)).join(", ");
}

/** What a person wrote, as it was written; what the service wrote, in this language where it is known. */
function Why({ row }: { readonly row: AuditRowOut }) {
  const said = sentences("trouble", row.why_parts, row.why);
  if (said.words === "") return <bdi>{asKnown("audit_why", row.why)}</bdi>;
  return <>{said.words} <AsSaid text={said.asSaid} /></>;
}
