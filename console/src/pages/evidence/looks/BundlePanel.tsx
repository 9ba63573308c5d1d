import { useState } from "react";
import { t } from "../../../i18n";
import { momentText } from "../moment";
import { useMay } from "../../../parts/session";
import { entryOf, fileAddress, filesOf, isCrop, type Manifest, sizeText } from "./bundle";

interface Props {
  readonly incidentId: string;
  readonly manifest: Manifest;
}

/** What is kept of the passage, until when, and under which hash. */
export function BundlePanel({ incidentId, manifest }: Props) {
  const maySeeCrops = useMay("see_crops");
  const calibrations = Object.entries(manifest.calibrations);
  return (
    <div className="stack">
      <p>
        {manifest.stage === "whole" ? t("bundle.whole") : t("bundle.first")}{" "}
        {manifest.key_id === "" ? t("bundle.unsigned") : t("bundle.signed", { key: manifest.key_id.slice(0, 12) })}{" "}
        {t("bundle.until", { time: momentText(manifest.expires_utc_ns / 1e6) })}
      </p>
      {calibrations.length > 0 && (
        <p className="dim">
          {t("bundle.calibrations")}{t("sign.colon")} {calibrations.map(([sensor, version]) => `${sensor} ${version || "–"}`).join(" · ")}
        </p>
      )}
      <table>
        <thead>
          <tr>
            <th scope="col">{t("bundle.file")}</th>
            <th scope="col">{t("bundle.size")}</th>
            <th scope="col">SHA-256</th>
          </tr>
        </thead>
        <tbody>
          {manifest.files.map((file) => (
            <tr key={file.name}>
              <td>
                {isCrop(file.name) && !maySeeCrops ? (
                  file.name
                ) : (
                  <a href={fileAddress(incidentId, file.name)} download={`${manifest.alert_id}-${file.name}`}>
                    {file.name}
                  </a>
                )}
              </td>
              <td className="number">{sizeText(file.n_bytes)}</td>
              <td className="number dim" title={file.sha256}>
                {file.sha256.slice(0, 16)}…
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="dim">{t("bundle.verify")}</p>
    </div>
  );
}

/** Pictures as they were kept, when the sensor's own are no longer in memory. */
export function KeptPictures({ incidentId, manifest }: Props) {
  const names = filesOf(manifest, "look");
  if (names.length === 0) return <p className="dim">{t("picture.none")}</p>;
  return (
    <div className="stack">
      <p className="dim">{t("picture.kept")}</p>
      <div className="row kept-pictures">
        {names.map((name) => (
          <figure key={name}>
            <img src={fileAddress(incidentId, name)} alt={t("picture.kept_of", { number: entryOf(name) + 1 })} />
            <figcaption className="dim">{t("picture.kept_of", { number: entryOf(name) + 1 })}</figcaption>
          </figure>
        ))}
      </div>
    </div>
  );
}

/** Masked crops, where the site keeps any: not shown before somebody asks to see them. */
export function Crops({ incidentId, manifest }: Props) {
  const [isShown, setShown] = useState(false);
  const maySee = useMay("see_crops");
  const names = filesOf(manifest, "crop");
  if (names.length > 0 && !maySee) return <p className="dim">{t("crop.not_for_role")}</p>;
  if (names.length === 0) return <p className="dim">{t("crop.none")}</p>;
  if (!isShown) {
    return (
      <div className="stack">
        <p>{t("crop.ask")}</p>
        <div>
          <button type="button" onClick={() => setShown(true)}>
            ◉ {t("crop.show", { n: names.length })}
          </button>
        </div>
      </div>
    );
  }
  return (
    <div className="row">
      {names.map((name) => (
        <figure key={name}>
          <img className="crop" src={fileAddress(incidentId, name)} alt={t("crop.alt")} />
        </figure>
      ))}
      <button type="button" onClick={() => setShown(false)}>
        {t("crop.hide")}
      </button>
    </div>
  );
}
