import { t } from "../../i18n";

/** Never an all-clear: that nothing was reported says nothing about who is there. */
export function NothingChosen({ nOpen, isLost }: { readonly nOpen: number; readonly isLost: boolean }) {
  return (
    <div className="nothing-chosen">
      <p>{isLost ? t("live.nothing_known") : nOpen > 0 ? t("live.choose") : t("live.no_incident")}</p>
      {!isLost && nOpen === 0 && <p className="dim">{t("live.no_promise")}</p>}
    </div>
  );
}
