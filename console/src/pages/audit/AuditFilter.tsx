import { useEffect, useState } from "react";
import { t, word } from "../../i18n";
import { EVERYTHING, type Filter, KINDS } from "./audit";

interface Props {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
  readonly onAgain: () => void;
}

/** What is asked of the audit; texts are taken once they are whole. */
export function AuditFilter({ filter, onChange, onAgain }: Props) {
  const [who, setWho] = useState(filter.who);
  const [ofWhat, setOfWhat] = useState(filter.ofWhat);
  useEffect(() => {
    setWho(filter.who);
    setOfWhat(filter.ofWhat);
  }, [filter]);
  return (
    <form
      className="row audit-filter"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ ...filter, who: who.trim(), ofWhat: ofWhat.trim() });
      }}
    >
      <div className="row" role="group" aria-label={t("audit.show")}>
        <button type="button" aria-pressed={filter.what === ""} onClick={() => onChange(EVERYTHING)}>
          {t("audit.all")}
        </button>
        <button type="button" aria-pressed={filter.what === "looks"} onClick={() => onChange({ ...EVERYTHING, what: "looks" })}>
          ◉ {t("audit.looks")}
        </button>
      </div>
      <label className="row">
        {t("audit.what")}
        <select value={filter.what} onChange={(event) => onChange({ ...filter, what: event.target.value })}>
          <option value="">{t("audit.any")}</option>
          <option value="looks">◉ {t("audit.looks")}</option>
          {KINDS.map(([group, kinds]) => (
            <optgroup key={group} label={word("audit.group", group)}>
              {kinds.map((one) => (
                <option key={one} value={one}>
                  {word("audit.what", one)}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <label className="row">
        {t("audit.who")}
        <input value={who} maxLength={100} onChange={(event) => setWho(event.target.value)} />
      </label>
      <label className="row">
        {t("audit.of_what")}
        <input value={ofWhat} maxLength={200} onChange={(event) => setOfWhat(event.target.value)} />
      </label>
      <button type="submit">{t("audit.ask")}</button>
      <button type="button" onClick={onAgain}>
        ↻ {t("audit.again")}
      </button>
    </form>
  );
}
