import { useState } from "react";
import { ask } from "../../api/client";
import type { Done, LinkOut, Role } from "../../api/types";
import { t } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { useMe } from "../../parts/session";
import { useAsk } from "../../parts/useAsk";
import { AgedPanel } from "../evidence/AgedPanel";
import { type Account, inOrder } from "./account";
import { AccountRow } from "./AccountRow";
import "./accounts.css";
import { AddAccount } from "./AddAccount";
import { OneTimeLink } from "./OneTimeLink";

const EVERY_MS = 15_000;

/** Who may sign in, as what. */
export default function AccountsPage() {
  const me = useMe();
  const asked = useAsk<Account[]>("/accounts", EVERY_MS);
  const [link, setLink] = useState<LinkOut | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [said, setSaid] = useState("");
  const [isBusy, setBusy] = useState(false);

  /** Returns whether it was done. */
  const act = async <T,>(doing: Promise<T>, then: (answer: T) => void): Promise<boolean> => {
    setBusy(true);
    setError(null);
    setSaid("");
    try {
      then(await doing);
      asked.again();
      return true;
    } catch (problem) {
      setError(problem);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const at = (accountId: string, what: string): string => `/accounts/${encodeURIComponent(accountId)}/${what}`;
  const changed = (): void => setSaid(t("accounts.done"));

  return (
    <div className="accounts stack">
      <p role="status" className={said === "" ? "hidden-words" : undefined}>
        {said !== "" && `✓ ${said}`}
      </p>
      <Problem error={error} />
      <AgedPanel title={t("accounts.title")} at={asked.at}>
        <div className="wide-table">
          <table className="cards">
            <thead>
              <tr>
                <th scope="col">{t("accounts.account")}</th>
                <th scope="col">{t("accounts.state")}</th>
                <th scope="col">{t("accounts.roles")}</th>
                <th scope="col">{t("accounts.sign_in")}</th>
                <th scope="col">{t("accounts.do")}</th>
              </tr>
            </thead>
            <tbody>
              {inOrder(asked.data ?? []).map((one) => (
                <AccountRow
                  key={one.account_id}
                  account={one}
                  isMe={one.account_id === me.account_id}
                  isBusy={isBusy}
                  onRoles={(roles: readonly Role[]) => act(ask<Done>(at(one.account_id, "roles"), { method: "PUT", body: { roles } }), changed)}
                  onLink={() => void act(ask<LinkOut>(at(one.account_id, "link"), { method: "POST", body: {} }), setLink)}
                  onDisable={() => void act(ask<Done>(at(one.account_id, "disable"), { method: "POST", body: {} }), changed)}
                  onEnable={() => void act(ask<Done>(at(one.account_id, "enable"), { method: "POST", body: {} }), changed)}
                />
              ))}
            </tbody>
          </table>
        </div>
        <Problem error={asked.error} />
      </AgedPanel>
      <AgedPanel title={t("accounts.add")}>
        <AddAccount
          isBusy={isBusy}
          onAdd={(account_id, roles) => act(ask<LinkOut>("/accounts", { method: "POST", body: { account_id, roles } }), setLink)}
        />
      </AgedPanel>
      {link !== null && <OneTimeLink link={link} onClose={() => setLink(null)} />}
    </div>
  );
}
