import { t } from "../../i18n";

export default function ShiftPage() {
  return <p className="dim">{t("nothing.here")}</p>;
}
