import { t } from "../../i18n";

export default function LivePage() {
  return <p className="dim">{t("nothing.here")}</p>;
}
