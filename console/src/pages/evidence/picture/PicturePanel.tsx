import { useEffect, useMemo, useState } from "react";
import type { PatchOut, StepOut } from "../../../api/types";
import { t, word } from "../../../i18n";
import { clockText } from "../../../parts/clock";
import type { Span } from "../chart/scale";
import { BodyView3d } from "./BodyView3d";
import { captionWords } from "./captions";
import { ColourBar } from "./ColourBar";
import { spanOfAlike } from "./colours";
import { besideOf, blanksOf, EXCESS, excessSpan, type Picture, withExcess } from "./excess";
import { patchOn } from "./figure";
import { FigureView } from "./FigureView";
import { HatchingWords } from "./Hatching";
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
  const pictures = useMemo(() => withExcess(patches), [patches]);
  const patch = pictures.find((one) => nameOf(one) === picked) ?? first ?? pictures.find((one) => one.zone === zone) ?? pictures[0] ?? null;
  const span = useMemo(() => spanOf(pictures, patch), [pictures, patch]);
  const beside = useMemo(() => (patch === null ? null : besideOf(patch, pictures)), [patch, pictures]);
  const onBody = useMemo(
    () => (["front", "back", "side"] as const).map((side) => patchOn(side, pictures, patch)).filter((one) => one !== null),
    [pictures, patch],
  );
  if (patch === null) return null;
  const words = captionWords(patch.caption);
  const figure = (
    <>
      <FigureView patches={pictures} chosen={patch} span={span} zone={zone} />
      <ColourBar span={span} words={words} />
      <HatchingWords id="figure-words" blanks={blanksOf(patch)} />
    </>
  );
  return (
    <div className="stack">
      <div className="row">
        <label className="row grow picture-of">
          {t("picture.of")}
          <select className="grow" value={nameOf(patch)} onChange={(event) => setPicked(event.target.value)}>
            {pictures.map((one) => (
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
      {view === "map" && beside !== null && <PatchMap patch={beside} span={spanOf(pictures, beside)} />}
      {view === "body" && (
        <>
          <BodyView3d patches={onBody} span={span} instead={figure} />
          <ColourBar span={span} words={words} />
          <p className="dim">{t("picture.bare_3d")}</p>
        </>
      )}
      {(patch.caption === EXCESS || (view === "map" && beside !== null)) && <p className="dim">{t("picture.excess_means")}</p>}
      <p className="dim">{t("picture.generic")}</p>
    </div>
  );
}

function nameOf(patch: Picture): string {
  return `${patch.look_id} ${patch.zone ?? ""}${patch.caption === EXCESS ? " excess" : ""}`;
}

function spanOf(pictures: readonly Picture[], patch: Picture | null): Span {
  return patch?.caption === EXCESS ? excessSpan(pictures) : spanOfAlike(pictures, patch?.caption ?? "");
}
