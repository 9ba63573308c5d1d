import { useEffect, useState } from "react";
import { ask, useCsrf } from "../api/client";
import type { Me } from "../api/types";
import { t } from "../i18n";
import { Problem } from "./Problem";
import { go } from "./route";

interface Props {
  readonly onSignedIn: (me: Me) => void;
  readonly hasEnded: boolean;
}

/** A sign-in link carries its token behind `#`, where no server and no log sees it. */
export function SignIn({ onSignedIn, hasEnded }: Props) {
  const [account, setAccount] = useState("");
  const [password, setPassword] = useState("");
  const [fresh, setFresh] = useState<Me | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  const begin = async (asking: Promise<Me>, then: (me: Me) => void): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      then(await asking);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  useEffect(() => {
    const token = new URLSearchParams(location.hash.slice(1)).get("link");
    if (token === null) return;
    go(location.pathname, { replace: true });
    history.replaceState(null, "", location.pathname);
    void begin(ask<Me>("/session/link", { method: "POST", body: { link_token: token } }), (me) => {
      useCsrf(me.csrf_token);
      setFresh(me);
    });
  }, []);

  if (fresh !== null) return <ChoosePassword me={fresh} onDone={() => onSignedIn(fresh)} />;
  return (
    <main className="sign-in">
      <form
        className="panel stack"
        onSubmit={(event) => {
          event.preventDefault();
          void begin(
            ask<Me>("/session", { method: "POST", body: { account_id: account, password } }),
            onSignedIn,
          );
        }}
      >
        <h1>STANDEX · {t("sign_in.title")}</h1>
        {hasEnded && <p role="status">{t("sign_in.ended")}</p>}
        <label className="stack">
          {t("sign_in.account")}
          <input
            value={account}
            autoComplete="username"
            autoFocus
            required
            onChange={(event) => setAccount(event.target.value)}
          />
        </label>
        <label className="stack">
          {t("sign_in.password")}
          <input
            type="password"
            value={password}
            autoComplete="current-password"
            required
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <Problem error={error} />
        <button type="submit" className="primary" disabled={isBusy}>
          {t("sign_in.do")}
        </button>
        <a href="/api/v1/session/oidc">{t("sign_in.oidc")}</a>
      </form>
    </main>
  );
}

function ChoosePassword({ me, onDone }: { readonly me: Me; readonly onDone: () => void }) {
  const [next, setNext] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isSet, setDone] = useState(false);
  return (
    <main className="sign-in">
      <form
        className="panel stack"
        onSubmit={(event) => {
          event.preventDefault();
          ask("/session/password", { method: "POST", body: { new: next } }).then(
            () => setDone(true),
            (problem: unknown) => setError(problem),
          );
        }}
      >
        <h1>{me.account_id}</h1>
        <p>{isSet ? t("sign_in.ended") : t("sign_in.choose")}</p>
        {!isSet && (
          <label className="stack">
            {t("sign_in.new")}
            <input
              type="password"
              autoComplete="new-password"
              value={next}
              onChange={(event) => setNext(event.target.value)}
            />
          </label>
        )}
        <Problem error={error} />
        <div className="row">
          {isSet ? (
            <button type="button" className="primary" onClick={() => location.reload()}>
              {t("sign_in.title")}
            </button>
          ) : (
            <>
              <button type="submit" disabled={next === ""}>
                {t("sign_in.set")}
              </button>
              <button type="button" className="primary" autoFocus onClick={onDone}>
                {t("sign_in.later")}
              </button>
            </>
          )}
        </div>
      </form>
    </main>
  );
}
