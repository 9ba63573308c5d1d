import { t } from "../../i18n";

export default function SetupPage() {
  return <p className="dim">{t("nothing.here")}</p>;
}
