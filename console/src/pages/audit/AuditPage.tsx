import { t } from "../../i18n";

export default function AuditPage() {
  return <p className="dim">{t("nothing.here")}</p>;
}
