import { t } from "../../i18n";

export default function TimePage() {
  return <p className="dim">{t("nothing.here")}</p>;
}
