import { currentLanguage, t } from "../i18n";

/** What the service said in its own English: read out as such, and marked where the page speaks another language. */
export function AsSaid({ text }: { readonly text: string }) {
  if (text === "") return null;
  const isForeign = currentLanguage() !== "en";
  return (
    <small className="as-said">
      {isForeign && <>{t("said.by_service")} </>}
      <bdi lang="en">{text}</bdi>
    </small>
  );
}
