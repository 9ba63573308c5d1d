import { useState, useSyncExternalStore } from "react";
import type { Me } from "../api/types";
import { LANGUAGES, type Spoken, t, TURNED } from "../i18n";
import { useLive } from "../live/state";
import { maySee, type Page, PAGES } from "../pages/pages";
import { clockText, serviceNow, useTick } from "./clock";
import { AlarmSounds } from "./incidents/AlarmSounds";
import { useKeyPart } from "./keys/keyList";
import { KeysHelp } from "./keys/KeysHelp";
import { follow } from "./route";
import { changeSettings, type Theme, useSettings } from "./settings";
import { StopButton } from "./StopButton";

interface Props {
  readonly me: Me;
  readonly page: Page | undefined;
  readonly onSignOut: () => void;
}

export function TopBar({ me, page, onSignOut }: Props) {
  const siteId = useLive((live) => live.hello?.site_id ?? "");
  useKeyPart(() => ({ title: t("keys.everywhere"), rows: [["?", t("keys.this")]] }));
  const offered = PAGES.filter((one) => maySee(me, one));
  return (
    <header className="bar">
      <strong className="roomy-only">STANDEX</strong>
      <span className="dim wide-only">{siteId}</span>
      <Pages offered={offered} page={page} />
      <div className="bar-side">
        <Clock />
        <Seat me={me} onSignOut={onSignOut} />
        <KeysHelp />
        {me.permissions.includes("stop") && <StopButton />}
        {me.permissions.includes("see_incidents") && <AlarmSounds />}
        <span className="roomy-only">{me.account_id}</span>
        <button type="button" className="wide-only" title={me.account_id} onClick={onSignOut}>
          {t("sign_out")}
        </button>
      </div>
    </header>
  );
}

/** On a telephone the pages are behind a button; else they are always there. */
function Pages({ offered, page }: { readonly offered: readonly Page[]; readonly page: Page | undefined }) {
  const isNarrow = useNarrow();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="pages" open={!isNarrow || isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="button">☰ {page === undefined ? t("app.pages") : t(page.title)}</summary>
      <nav aria-label={t("app.pages")}>
        {offered.map((one) => (
          <a
            key={one.path}
            href={one.path}
            aria-current={one === page ? "page" : undefined}
            onClick={(event) => {
              setOpen(false);
              follow(event);
            }}
          >
            {t(one.title)}
          </a>
        ))}
      </nav>
    </details>
  );
}

const NARROW = "(max-width: 700px)";

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = matchMedia(NARROW);
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    () => matchMedia(NARROW).matches,
  );
}

function Clock() {
  useTick(1000);
  const now = serviceNow();
  return (
    <span className="clocks number dim wide-only">
      <span>
        {clockText(now, "local")} {t("clock.local")}
      </span>{" "}
      <span>
        {clockText(now, "utc")} {t("clock.utc")}
      </span>
    </span>
  );
}

function Seat({ me, onSignOut }: Pick<Props, "me" | "onSignOut">) {
  const settings = useSettings();
  return (
    <details className="seat">
      <summary className="button" aria-label={t("settings.theme")}>
        ⚙
      </summary>
      <div className="panel stack seat-panel">
        <label className="row">
          <span className="grow">{t("settings.theme")}</span>
          <select value={settings.theme} onChange={(event) => changeSettings({ theme: event.target.value as Theme })}>
            <option value="dark">{t("theme.dark")}</option>
            <option value="light">{t("theme.light")}</option>
            <option value="contrast">{t("theme.contrast")}</option>
          </select>
        </label>
        <label className="row">
          <span className="grow">{t("settings.language")}</span>
          <select
            value={settings.language}
            onChange={(event) => changeSettings({ language: event.target.value as Spoken })}
          >
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
            {settings.language === TURNED && <option value={TURNED}>{TURNED}</option>}
          </select>
        </label>
        <label className="row">
          <span className="grow">{t("settings.sound")}</span>
          <select
            value={settings.sound ? "on" : "off"}
            onChange={(event) => changeSettings({ sound: event.target.value === "on" })}
          >
            <option value="on">{t("settings.sound_on")}</option>
            <option value="off">{t("settings.sound_off")}</option>
          </select>
        </label>
        <button type="button" className="narrow-only" onClick={onSignOut}>
          {t("sign_out")} · {me.account_id}
        </button>
      </div>
    </details>
  );
}
