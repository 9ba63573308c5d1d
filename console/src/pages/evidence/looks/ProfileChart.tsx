import { t, word } from "../../../i18n";
import { CurveChart } from "../chart/CurveChart";
import type { LedgerEntry } from "./bundle";
import { profilesOf } from "./profile";

/** How strong the echo was before, on and behind the body surface, zone by zone. */
export function ProfileChart({ entries }: { readonly entries: readonly LedgerEntry[] }) {
  const profiles = profilesOf(entries);
  if (profiles === null) return null;
  return (
    <CurveChart
      title={t("profile.title")}
      xs={profiles.atMm}
      xLabel={t("profile.depth")}
      yLabel="dB"
      curves={profiles.zones.slice(0, 4).map(({ zone, values }, row) => ({
        name: word("zone", zone),
        values,
        kind: (row % 4) as 0 | 1 | 2 | 3,
      }))}
      marks={[{ at: 0, name: t("profile.surface") }]}
      height={200}
    />
  );
}
