import { useEffect, useMemo, useState } from "react";
import { ApiError } from "../../api/client";
import type { IncidentOut, PatchOut, StepOut, Why } from "../../api/types";
import { t, word } from "../../i18n";
import { useLive } from "../../live/state";
import { Problem } from "../../parts/Problem";
import { follow, go } from "../../parts/route";
import { useMay } from "../../parts/session";
import { type Asked, useAsk } from "../../parts/useAsk";
import { AgedPanel } from "./AgedPanel";
import { natural, percentText } from "../../parts/incidents/figures";
import { reasonWords } from "../../parts/incidents/reason";
import { Missing } from "../../parts/incidents/WhyPanel";
import { type Keys, useKeys } from "../../parts/keys/keyList";
import { BundlePanel, Crops, KeptPictures } from "./looks/BundlePanel";
import { type Ledger, type Manifest, PATCHES, PATCHES_FORM, type PatchesFile } from "./looks/bundle";
import { LedgerChart } from "./looks/LedgerChart";
import { LedgerTable } from "./looks/LedgerTable";
import { LookDetails } from "./looks/LookDetails";
import { areSameLooks, mostTelling, pictureOf } from "./looks/match";
import { momentText } from "./moment";
import { PicturePanel } from "./picture/PicturePanel";

const NONE: readonly PatchOut[] = [];
const EVERY_MS = 5000;

/** All that is known of one incident, on one page: pictures, looks, figures, files. */
export function IncidentEvidence({ incident }: { readonly incident: IncidentOut }) {
  const id = encodeURIComponent(incident.incident_id);
  const maySee = useMay("see_evidence");
  const every = incident.state === "closed" ? 0 : EVERY_MS;
  const why = useAsk<Why>(`/incidents/${id}/why`, every);
  const patches = useAsk<PatchOut[]>(maySee ? `/incidents/${id}/patches` : null, every);
  const bundle = useAsk<Manifest>(maySee ? `/incidents/${id}/evidence` : null, every);
  // Read again only when another version of the bundle is there.
  const ledger = useAsk<Ledger>(bundle.data === null ? null : `/incidents/${id}/evidence/ledger.json?of=${bundle.data.written_utc_ns}`);
  const [picked, setPicked] = useState<number | null>(null);
  const pAlarm = useLive((live) => live.health?.operating_point.p_alarm ?? null);
  const minCoverage = useLive((live) => live.health?.operating_point.min_coverage ?? null);

  // A kept file that is shown is a look in the audit: only where the service has no pictures itself.
  const hasKept = patches.data?.length === 0 && bundle.data?.files.some((file) => file.name === PATCHES);
  const kept = useAsk<PatchesFile>(hasKept ? `/incidents/${id}/evidence/${PATCHES}?of=${bundle.data?.written_utc_ns}` : null);
  const pictures = useKept(hasKept ? patchesIn(kept.data) : patches.data);
  const number = picked ?? (why.data === null ? null : mostTelling(why.data, pictures));
  const step = why.data?.steps.find((one) => one.number === number) ?? null;
  useKeys(t("page.evidence"), keysOf(why.data, number, setPicked));

  return (
    <>
      <Heading incident={incident} why={why.data} isSimulated={bundle.data?.is_simulated ?? false} />
      <div className="evidence-grid">
        <div className="evidence-column">
          <Pictures incident={incident} patches={patches} pictures={pictures} bundle={bundle} step={step} zone={why.data?.zone ?? incident.zone} maySee={maySee} />
          {maySee && (
            <AgedPanel title={t("look.title", { number: number ?? "–" })} at={ledger.at}>
              <LookDetails incidentId={incident.incident_id} step={step} steps={why.data?.steps ?? []} ledger={ledger.data} manifest={bundle.data} onChoose={setPicked} />
            </AgedPanel>
          )}
        </div>
        <div className="evidence-column">
          <LedgerPanel why={why} pAlarm={pAlarm} minCoverage={minCoverage} number={number} onChoose={setPicked} />
          {maySee && <Kept incidentId={incident.incident_id} bundle={bundle} />}
        </div>
      </div>
    </>
  );
}

/** The same list while it shows the same: what is drawn from it is not drawn anew at every answer. */
function useKept(data: readonly PatchOut[] | null): readonly PatchOut[] {
  const [kept, setKept] = useState(NONE);
  useEffect(() => {
    if (data !== null) setKept((before) => (areSameLooks(before, data) ? before : data));
  }, [data]);
  return kept;
}

interface HeadingProps {
  readonly incident: IncidentOut;
  readonly why: Why | null;
  readonly isSimulated: boolean;
}

function Heading({ incident, why, isSimulated }: HeadingProps) {
  return (
    <header className="evidence-heading">
      <div className="row">
        <a className="button narrow-only" href="/evidence" onClick={follow}>
          <span className="turns">←</span> {t("evidence.incidents")}
        </a>
        <h1 className="grow">
          {incident.incident_id} · {word("zone", incident.zone ?? "none")} · {percentText(why?.p_threat ?? incident.p_threat)}
        </h1>
        {isSimulated && <span className="tag">◩ {t("evidence.simulated")}</span>}
        <span className="tag">{word("state", incident.state)}</span>
        <span className="number dim">{momentText(incident.opened_utc_ms, { seconds: true })}</span>
      </div>
      <p className="audited">◉ {t("evidence.audited")}</p>
      <p>{reasonWords(incident.reason_parts, incident.reason)}</p>
    </header>
  );
}

interface LedgerProps {
  readonly why: Asked<Why>;
  readonly pAlarm: number | null;
  readonly minCoverage: number | null;
  readonly number: number | null;
  readonly onChoose: (step: number) => void;
}

function LedgerPanel({ why, pAlarm, minCoverage, number, onChoose }: LedgerProps) {
  const said = why.data;
  return (
    <AgedPanel title={t("ledger.title")} at={why.at}>
      {said !== null && (
        <div className="stack">
          <p>
            <strong>{sureWords(said)}</strong>
          </p>
          <LedgerChart why={said} pAlarm={pAlarm} chosen={number} onChoose={onChoose} />
          <LedgerTable why={said} chosen={number} onChoose={onChoose} />
          {minCoverage !== null && <Missing why={said} minCoverage={minCoverage} />}
        </div>
      )}
      <Absent error={why.error} words={t("ledger.none")} />
    </AgedPanel>
  );
}

function Kept({ incidentId, bundle }: { readonly incidentId: string; readonly bundle: Asked<Manifest> }) {
  return (
    <AgedPanel title={t("bundle.title")} at={bundle.at}>
      {bundle.data !== null && (
        <div className="stack">
          <Crops incidentId={incidentId} manifest={bundle.data} />
          <BundlePanel incidentId={incidentId} manifest={bundle.data} />
        </div>
      )}
      <Absent error={bundle.error} words={t("bundle.none")} />
    </AgedPanel>
  );
}

interface PicturesProps {
  readonly incident: IncidentOut;
  readonly patches: Asked<PatchOut[]>;
  readonly pictures: readonly PatchOut[];
  readonly bundle: Asked<Manifest>;
  readonly step: StepOut | null;
  readonly zone: string | null;
  readonly maySee: boolean;
}

function Pictures({ incident, patches, pictures, bundle, step, zone, maySee }: PicturesProps) {
  const shown = useMemo(() => pictureOf(step, pictures, zone), [step, pictures, zone]);
  const hasNone = patches.data?.length === 0 && pictures.length === 0;
  const hasNumbers = bundle.data?.files.some((file) => file.name === PATCHES) ?? false;
  return (
    <AgedPanel title={t("picture.title")} at={patches.at}>
      {!maySee && <p>{t("evidence.not_for_role")}</p>}
      {pictures.length > 0 && <PicturePanel patches={pictures} first={shown} zone={zone} step={step} />}
      {hasNone && bundle.data !== null && !hasNumbers && <KeptPictures incidentId={incident.incident_id} manifest={bundle.data} />}
      {hasNone && bundle.data === null && !bundle.isLoading && <p className="dim">{t("picture.none")}</p>}
      <Problem error={patches.error} />
    </AgedPanel>
  );
}

function patchesIn(file: PatchesFile | null): readonly PatchOut[] | null {
  return file?.form === PATCHES_FORM ? file.patches : null;
}

/** How sure that is, with the base rate, as natural frequencies. */
function sureWords(why: Why): string {
  const told = natural(why.p_threat, why.prior);
  if (told === null) return t("sure.not_known");
  const words = told.ofHundred === null ? t("sure.nearly_all", { m: told.oneIn }) : t("sure.natural", { n: told.ofHundred, m: told.oneIn });
  return `${percentText(why.p_threat)}: ${words}`;
}

/** What is not kept is told as that; anything else went wrong. */
function Absent({ error, words }: { readonly error: unknown; readonly words: string }) {
  const isAbsent = error instanceof ApiError && (error.status === 404 || error.status === 501);
  return isAbsent ? <p className="dim">{words}</p> : <Problem error={error} />;
}

function keysOf(why: Why | null, number: number | null, pick: (step: number) => void): Keys {
  const numbers = why?.steps.map((one) => one.number) ?? [];
  const move = (by: number): void => {
    const row = Math.max(0, Math.min(numbers.indexOf(number ?? -1) + by, numbers.length - 1));
    const next = numbers[row];
    if (next !== undefined) pick(next);
  };
  return {
    j: { does: t("key.next_look"), run: () => move(1) },
    k: { does: t("key.last_look"), run: () => move(-1) },
    Escape: { does: t("key.to_list"), run: () => go("/evidence") },
  };
}
