import { useId } from "react";
import { ApiError } from "../../api/client";
import { t } from "../../i18n";
import { useAsk } from "../useAsk";

interface Props {
  readonly to: string;
  /** Names that are known from incidents: offered where the service has no accounts of its own. */
  readonly names: readonly string[];
  readonly onChange: (to: string) => void;
}

const EVERY_MS = 10_000;

/** Who takes over: chosen from those who are signed in and may, so that no name is mistyped. */
export function HandOverTo({ to, names, onChange }: Props) {
  const id = useId();
  const asked = useAsk<string[]>("/colleagues", EVERY_MS);
  if (asked.error instanceof ApiError && asked.error.status === 501) {
    return (
      <label className="stack">
        {t("deed.to")}
        <input value={to} list={id} autoFocus maxLength={100} autoComplete="off" onChange={(event) => onChange(event.target.value)} />
        <datalist id={id}>
          {names.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </label>
    );
  }
  const there = asked.data ?? [];
  if (asked.data !== null && there.length === 0) return <p role="status">{t("deed.nobody_else")}</p>;
  return (
    <label className="stack">
      {t("deed.to_whom")}
      {/* A new one when the names have come: the keyboard is in it then, and was lost with the one that could not be used. */}
      <select
        key={asked.data === null ? "waiting" : "there"}
        value={to}
        autoFocus
        disabled={asked.data === null}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && to !== "") {
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }
        }}
      >
        <option value="">{asked.isLoading ? "…" : t("deed.choose_name")}</option>
        {/* Who has signed out meanwhile is not taken away under somebody's hand; the service decides. */}
        {[...new Set(to === "" ? there : [...there, to])].sort().map((name) => (
          <option key={name} value={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
