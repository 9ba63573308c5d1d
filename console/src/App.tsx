import { Suspense, useCallback, useEffect, useState } from "react";
import { ApiError, ask, useCsrf } from "./api/client";
import type { Me } from "./api/types";
import { t, useLanguage } from "./i18n";
import { connect } from "./live/socket";
import { forgetLive, useLive } from "./live/state";
import { maySee, pageOf, PAGES } from "./pages/pages";
import { Banners } from "./parts/Banners";
import { PageEdge } from "./parts/PageEdge";
import { go, usePath } from "./parts/route";
import { SessionContext } from "./parts/session";
import { SignIn } from "./parts/SignIn";
import { TopBar } from "./parts/TopBar";

const RETRY_MS = 2000;

export function App() {
  useLanguage();
  const [me, setMe] = useState<Me | null>(null);
  const [isKnown, setKnown] = useState(false);
  const [hasEnded, setEnded] = useState(false);
  const [isSilent, setSilent] = useState(false);
  const link = useLive((live) => live.link);
  const path = usePath();

  const enter = useCallback((who: Me) => {
    useCsrf(who.csrf_token);
    setEnded(false);
    setSilent(false);
    setMe(who);
  }, []);

  // A service that does not answer is no reason to ask anybody for a password.
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      ask<Me>("/session")
        .then(enter)
        .catch((error: unknown) => {
          if (!(error instanceof ApiError)) throw error;
          const isSilent = error.status === 0 || error.status >= 500;
          setSilent(isSilent);
          if (isSilent) timer = setTimeout(look, RETRY_MS);
        })
        .finally(() => setKnown(true));
    };
    look();
    return () => clearTimeout(timer);
  }, [enter]);

  const isWatching = me?.permissions.includes("see_picture") ?? false;
  useEffect(() => (isWatching ? connect() : undefined), [isWatching, me]);

  useEffect(() => {
    if (link === "signed_out" && me !== null) {
      setMe(null);
      setEnded(true);
      forgetLive();
    }
  }, [link, me]);

  const signOut = useCallback(() => {
    // Nothing that was seen stays in the page, whether or not the service answers.
    ask("/session", { method: "DELETE" }).catch(() => undefined);
    setMe(null);
    forgetLive();
    go("/", { replace: true });
  }, []);

  // Something stands there at once, while the service is asked who this is.
  if (!isKnown) return <header className="bar"><strong>STANDEX</strong></header>;
  if (me === null && isSilent) {
    return (
      <main className="sign-in">
        <p className="panel problem" role="alert">
          {t("error.no_answer")}
        </p>
      </main>
    );
  }
  if (me === null) return <SignIn onSignedIn={enter} hasEnded={hasEnded} />;

  const page = pageOf(path);
  const first = PAGES.find((one) => maySee(me, one));
  const shown = page ?? first;
  const mayNot = shown === undefined || !maySee(me, shown);
  return (
    <SessionContext value={me}>
      <a className="skip button" href="#page">
        {t("app.skip")}
      </a>
      <div className="shell">
        <TopBar me={me} page={shown} onSignOut={signOut} />
        <Banners isWatching={isWatching} />
        <main id="page" tabIndex={-1}>
          {mayNot && path === "/" && first !== undefined ? (
            <Redirect to={first.path} />
          ) : mayNot ? (
            <p role="alert">{t("not_allowed")}</p>
          ) : (
            <PageEdge key={shown.path}>
              <Suspense fallback={<p className="dim">…</p>}>
                <shown.Body />
              </Suspense>
            </PageEdge>
          )}
        </main>
      </div>
    </SessionContext>
  );
}

function Redirect({ to }: { readonly to: string }) {
  useEffect(() => go(to, { replace: true }), [to]);
  return null;
}
