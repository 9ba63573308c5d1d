import { useRef, useState } from "react";
import type { Role } from "../../api/types";
import { t, word } from "../../i18n";
import { type Account, sameRoles } from "./account";
import { RoleBoxes } from "./RoleBoxes";

interface Props {
  readonly account: Account;
  readonly isMe: boolean;
  readonly isBusy: boolean;
  /** Resolves to whether it was done. */
  readonly onRoles: (roles: readonly Role[]) => Promise<boolean>;
  readonly onLink: () => void;
  readonly onDisable: () => void;
  readonly onEnable: () => void;
}

export function AccountRow({ account, isMe, isBusy, onRoles, onLink, onDisable, onEnable }: Props) {
  const [roles, setRoles] = useState<readonly Role[] | null>(null);
  const isChanged = roles !== null && !sameRoles(roles, account.roles);
  const name = account.account_id;
  return (
    <tr className={account.is_disabled ? "is-off" : undefined}>
      <th scope="row" className="account-name">
        {name}
        {isMe && <span className="dim"> ({t("accounts.me")})</span>}
      </th>
      <td>{account.is_disabled ? `✕ ${t("accounts.off")}` : `✓ ${t("accounts.on")}`}</td>
      <td>
        {roles === null ? (
          account.roles.map((one) => word("role", one)).join(", ") || t("accounts.no_role")
        ) : (
          <div className="stack">
            <RoleBoxes roles={roles} onChange={setRoles} />
            <div className="row">
              <button
                type="button"
                className="primary"
                disabled={isBusy || !isChanged}
                onClick={() => void onRoles(roles).then((isDone) => isDone && setRoles(null))}
              >
                {t("accounts.save")}
              </button>
              <button type="button" onClick={() => setRoles(null)}>
                {t("action.cancel")}
              </button>
            </div>
          </div>
        )}
      </td>
      <td>{signInWords(account)}</td>
      <td>
        {isMe ? (
          <span className="dim">{t("accounts.not_oneself")}</span>
        ) : account.is_disabled ? (
          <button type="button" disabled={isBusy} aria-label={`${t("accounts.enable")}: ${name}`} onClick={onEnable}>
            {t("accounts.enable")}
          </button>
        ) : (
            <div className="row">
              {roles === null && (
                <button type="button" aria-label={`${t("accounts.change")}: ${name}`} onClick={() => setRoles(account.roles)}>
                  {t("accounts.change")}
                </button>
              )}
              {account.is_openid !== true && (
                <button type="button" disabled={isBusy} aria-label={`${t("accounts.new_link")}: ${name}`} onClick={onLink}>
                  {t("accounts.new_link")}
                </button>
              )}
              <Disable name={name} isBusy={isBusy} onDisable={onDisable} />
            </div>
        )}
      </td>
    </tr>
  );
}

function signInWords(account: Account): string {
  if (account.is_openid === true) return t("accounts.by_provider");
  if (account.has_password === undefined) return "–";
  return t(account.has_password ? "accounts.by_password" : "accounts.no_password");
}

/** Asked once more: it ends the sessions of somebody who may be at work. */
function Disable({ name, isBusy, onDisable }: { readonly name: string; readonly isBusy: boolean; readonly onDisable: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" aria-label={`${t("accounts.disable")}: ${name}`} onClick={() => dialog.current?.showModal()}>
        {t("accounts.disable")}
      </button>
      <dialog ref={dialog} aria-label={t("accounts.disable")}>
        <form
          method="dialog"
          className="stack"
          onSubmit={() => {
            onDisable();
          }}
        >
          <h2>{t("accounts.disable_ask", { account: name })}</h2>
          <p>{t("accounts.disable_means")}</p>
          <div className="row">
            <button type="submit" className="danger" disabled={isBusy}>
              {t("accounts.disable")}
            </button>
            <button type="button" autoFocus onClick={() => dialog.current?.close()}>
              {t("action.cancel")}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
