import { useState } from "react";
import type { BodyZone, Plan, WalkTestAsked } from "../../api/types";
import { t, word } from "../../i18n";
import { useMay } from "../../parts/session";
import { useAsk } from "../../parts/useAsk";

interface Props {
  /** That were used before. */
  readonly objects: readonly string[];
  readonly isBusy: boolean;
  readonly onBegin: (asked: WalkTestAsked) => void;
}

const ZONES: readonly BodyZone[] = ["torso_front", "torso_back", "waist", "legs", "arms", "feet", "bag"];

/** Choose what is carried and where, and read what to keep to. */
export function WalkBegin({ objects, isBusy, onBegin }: Props) {
  const [object, setObject] = useState("");
  const [zone, setZone] = useState<BodyZone>("torso_front");
  const site = useAsk<Plan>(useMay("see_picture") ? "/site" : null);
  const wanted = site.data?.operating_point.wanted_zones ?? [];
  const named = object || (objects.length === 1 ? (objects[0] ?? "") : "");
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onBegin({ reference_object: named.trim(), zone });
      }}
    >
      <ol className="walk-rules">
        <li>{t("walk.rule_object")}</li>
        <li>{t("walk.rule_alone")}</li>
        <li>{t("walk.rule_order")}</li>
        <li>{t("walk.rule_end")}</li>
      </ol>
      <div className="row walk-choose">
        <label className="stack grow">
          {t("walk.object")}
          <input
            list="walk-objects"
            value={named}
            required
            maxLength={100}
            onChange={(event) => setObject(event.target.value)}
          />
          <datalist id="walk-objects">
            {objects.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </label>
        <label className="stack grow">
          {t("walk.zone")}
          <select value={zone} onChange={(event) => setZone(event.target.value as BodyZone)}>
            {ZONES.map((one) => (
              <option key={one} value={one}>
                {word("zone", one)}
                {wanted.includes(one) ? ` – ${t("walk.wanted")}` : ""}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div>
        <button type="submit" className="primary" disabled={isBusy || named.trim() === ""}>
          {t("walk.begin")}
        </button>
      </div>
    </form>
  );
}
