import { useEffect, useMemo, useState } from "react";
import type { PatchOut, StepOut } from "../../../api/types";
import { t, word } from "../../../i18n";
import { clockText } from "../../../parts/clock";
import { BodyView3d } from "./BodyView3d";
import { captionWords } from "./captions";
import { ColourBar } from "./ColourBar";
import { spanOfAlike } from "./colours";
import { patchOn } from "./figure";
import { FigureView } from "./FigureView";
import { PatchMap } from "./PatchMap";

type View = "figure" | "map" | "body";
const VIEWS: readonly View[] = ["figure", "map", "body"];

interface Props {
  readonly patches: readonly PatchOut[];
  /** The picture of the look that was chosen; null where that look has none. */
  readonly first: PatchOut | null;
  readonly zone: string | null;
  readonly step: StepOut | null;
}

/** What a sensor saw, on the generic figure, as a map to scale, or on the generic body. */
export function PicturePanel({ patches, first, zone, step }: Props) {
  const [view, setView] = useState<View>("figure");
  const [picked, setPicked] = useState<string | null>(null);
  const firstName = first === null ? null : nameOf(first);
  // Another look was chosen: its picture, not the one that was picked before.
  useEffect(() => setPicked(null), [firstName, step?.number]);
  const patch = patches.find((one) => nameOf(one) === picked) ?? first ?? patches.find((one) => one.zone === zone) ?? patches[0] ?? null;
  const span = useMemo(() => spanOfAlike(patches, patch?.caption ?? ""), [patches, patch?.caption]);
  const onBody = useMemo(
    () => (["front", "back", "side"] as const).map((side) => patchOn(side, patches, patch)).filter((one) => one !== null),
    [patches, patch],
  );
  if (patch === null) return null;
  const words = captionWords(patch.caption);
  const figure = (
    <>
      <FigureView patches={patches} chosen={patch} span={span} zone={zone} />
      <ColourBar span={span} words={words} />
    </>
  );
  return (
    <div className="stack">
      <div className="row">
        <label className="row grow picture-of">
          {t("picture.of")}
          <select className="grow" value={nameOf(patch)} onChange={(event) => setPicked(event.target.value)}>
            {patches.map((one) => (
              <option key={nameOf(one)} value={nameOf(one)}>
                {one.sensor_id} · {word("zone", one.zone ?? "none")} · {clockText(one.t_utc_ms, "local")} · {captionWords(one.caption)}
              </option>
            ))}
          </select>
        </label>
        <div className="row" role="group" aria-label={t("picture.view")}>
          {VIEWS.map((one) => (
            <button type="button" key={one} aria-pressed={one === view} onClick={() => setView(one)}>
              {word("picture.view", one)}
            </button>
          ))}
        </div>
      </div>
      {first === null && step !== null && <p role="status">{t("picture.not_of_this", { number: step.number })}</p>}
      {view === "figure" && figure}
      {view === "map" && <PatchMap patch={patch} span={span} />}
      {view === "body" && (
        <>
          <BodyView3d patches={onBody} span={span} instead={figure} />
          <ColourBar span={span} words={words} />
        </>
      )}
      <p className="dim">{t("picture.generic")}</p>
    </div>
  );
}

function nameOf(patch: PatchOut): string {
  return `${patch.look_id} ${patch.zone ?? ""}`;
}
