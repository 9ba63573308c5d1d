import type { ComponentType } from "react";
import type { Permission } from "../../api/types";
import { t } from "../../i18n";
import { follow, usePath } from "../../parts/route";
import { useMe } from "../../parts/session";
import { OperatingPoint } from "./OperatingPoint";
import { PrivacyReport } from "./PrivacyReport";
import { SiteEditor } from "./SiteEditor";
import "./setup.css";

interface Part {
  readonly name: "site" | "point" | "privacy";
  readonly asks: Permission;
  readonly Body: ComponentType;
}

const PARTS: readonly Part[] = [
  { name: "site", asks: "edit_site", Body: SiteEditor },
  { name: "point", asks: "propose_operating_point", Body: OperatingPoint },
  { name: "privacy", asks: "see_privacy", Body: PrivacyReport },
];

/** How the site is set up, part by part, as far as the account may. */
export default function SetupPage() {
  const me = useMe();
  const named = usePath().split("/")[2];
  const offered = PARTS.filter((one) => me.permissions.includes(one.asks));
  const shown = offered.find((one) => one.name === named) ?? offered[0];
  return (
    <div className="setup">
      <nav className="setup-tabs" aria-label={t("setup.tabs")}>
        {offered.map((one) => (
          <a
            key={one.name}
            className="button"
            href={`/setup/${one.name}`}
            onClick={follow}
            aria-current={one === shown ? "page" : undefined}
          >
            {t(`setup.${one.name}`)}
          </a>
        ))}
      </nav>
      {shown !== undefined && <shown.Body />}
    </div>
  );
}
