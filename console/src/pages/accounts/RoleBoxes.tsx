import type { Role } from "../../api/types";
import { t, word } from "../../i18n";
import { ROLES, withRole } from "./account";

interface Props {
  readonly roles: readonly Role[];
  readonly onChange: (roles: Role[]) => void;
}

/** What somebody is; each role says what it may do. */
export function RoleBoxes({ roles, onChange }: Props) {
  return (
    <fieldset className="role-boxes">
      <legend className="hidden-words">{t("accounts.roles")}</legend>
      {ROLES.map((role) => (
        <label key={role} className="role-box">
          <input type="checkbox" checked={roles.includes(role)} onChange={(event) => onChange(withRole(roles, role, event.target.checked))} />
          <span>
            {word("role", role)}
            <span className="dim role-may">{word("role.may", role)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
