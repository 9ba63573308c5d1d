import { t } from "../../i18n";

export default function AccountsPage() {
  return <p className="dim">{t("nothing.here")}</p>;
}
