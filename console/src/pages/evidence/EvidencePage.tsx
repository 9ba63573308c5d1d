import { t } from "../../i18n";

export default function EvidencePage() {
  return <p className="dim">{t("nothing.here")}</p>;
}
