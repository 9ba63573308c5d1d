import { t } from "../../i18n";

export default function ExercisePage() {
  return <p className="dim">{t("nothing.here")}</p>;
}
