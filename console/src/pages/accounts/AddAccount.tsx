import { useState } from "react";
import type { Role } from "../../api/types";
import { t } from "../../i18n";
import { NAME_PATTERN } from "./account";
import { RoleBoxes } from "./RoleBoxes";

interface Props {
  readonly isBusy: boolean;
  /** Resolves to whether it was done. */
  readonly onAdd: (accountId: string, roles: readonly Role[]) => Promise<boolean>;
}

/** A new account has no password: its holder comes in by a link and chooses one. */
export function AddAccount({ isBusy, onAdd }: Props) {
  const [name, setName] = useState("");
  const [roles, setRoles] = useState<readonly Role[]>([]);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void onAdd(name, roles).then((isDone) => {
          if (!isDone) return;
          setName("");
          setRoles([]);
        });
      }}
    >
      <label className="stack account-field">
        {t("accounts.account")}
        <input
          value={name}
          required
          pattern={NAME_PATTERN}
          title={t("accounts.name_form")}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setName(event.target.value)}
        />
        <span className="dim">{t("accounts.name_form")}</span>
      </label>
      <RoleBoxes roles={roles} onChange={setRoles} />
      <div>
        <button type="submit" className="primary" disabled={isBusy || name === "" || roles.length === 0}>
          {t("accounts.add_do")}
        </button>
      </div>
    </form>
  );
}
