import { t } from "../../i18n";

export default function ResponderPage() {
  return <p className="dim">{t("nothing.here")}</p>;
}
