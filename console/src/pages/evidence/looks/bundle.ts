// What is read of an evidence bundle: its list of contents, the ledger, pictures and curves beside it.
import type { PatchOut } from "../../../api/types";
import { fixed } from "../../../i18n";

export interface BundleFile {
  readonly name: string;
  readonly n_bytes: number;
  readonly sha256: string;
}

export interface Manifest {
  readonly alert_id: string;
  readonly stage: string;
  readonly is_simulated: boolean;
  readonly written_utc_ns: number;
  readonly expires_utc_ns: number;
  readonly software_version: string;
  readonly calibrations: Readonly<Record<string, string>>;
  readonly key_id: string;
  readonly files: readonly BundleFile[];
}

export interface LedgerEntry {
  readonly sensor_id: string;
  readonly look_id: string;
  readonly t_utc_ns: number;
  readonly zone?: string;
  readonly counts: boolean;
  readonly reason: string;
  readonly score: Readonly<Record<string, number | string>>;
}

export interface Ledger {
  readonly entries: readonly LedgerEntry[];
}

/** How a curve was come by. */
export type CurveRole = "measured" | "fit" | "without" | "residual";

interface AxisOf {
  readonly quantity: string;
  readonly unit: string;
}

export interface CurveOf extends AxisOf {
  readonly role: CurveRole;
  /** Of the device, from 1 on; 0 for all together. */
  readonly channel: number;
  readonly values: readonly (number | null)[];
}

/** One file `curves-NNN.json`; NNN is the entry of the ledger that it goes with, from 0. */
export interface CurvesFile {
  readonly form: string;
  readonly kind: "raman" | "gas_array" | "ion_mobility";
  readonly sensor_id: string;
  /** Zero of a time axis, or the middle of the look. */
  readonly t_utc_ms: number;
  /** As the site's library names it; empty where none stands out. */
  readonly substance: string;
  readonly figures: Readonly<Record<string, number | null>>;
  readonly x: AxisOf & { readonly values: readonly (number | null)[] };
  readonly curves: readonly CurveOf[];
  readonly marks: readonly { readonly kind: string; readonly at: number | null }[];
}

/** The file `patches.json`: pictures on the generic figure as numbers, as they were kept. */
export interface PatchesFile {
  readonly form: string;
  readonly patches: readonly PatchOut[];
}

export const CURVES_FORM = "standex.curves.1";
export const PATCHES_FORM = "standex.patches.1";
export const PATCHES = "patches.json";

/** Return the names of files of one kind: `look`, `curves`, `crop`. */
export function filesOf(manifest: Manifest | null, kind: "look" | "curves" | "crop"): string[] {
  const name = new RegExp(`^${kind}-\\d+\\.(png|json)$`);
  return (manifest?.files ?? []).map((file) => file.name).filter((one) => name.test(one)).sort();
}

/** Return which entry of the ledger a file goes with. */
export function entryOf(name: string): number {
  return Number(/-(\d+)\./.exec(name)?.[1] ?? "-1");
}

export function sizeText(nBytes: number): string {
  if (nBytes < 1000) return `${nBytes} B`;
  return nBytes < 1e6 ? `${fixed(nBytes / 1e3, 1)} kB` : `${fixed(nBytes / 1e6, 1)} MB`;
}

/** Return the unit that the name of a figure ends with, as the sensors name theirs. */
export function figureUnit(name: string): string {
  const units: Readonly<Record<string, string>> = { db: "dB", m: "m", mm: "mm", m2: "m²", m3: "m³", s: "s", ppb: "ppb" };
  const last = /_([a-z]+[23]?)$/.exec(name)?.[1] ?? "";
  return name.includes("_log_") ? `log ${units[last] ?? ""}`.trim() : (units[last] ?? "");
}

const CROP = /^crop-(\d+)\.png$/;

/** Crops from cameras have an address of their own: not everybody who may see evidence may see them. */
export function isCrop(name: string): boolean {
  return CROP.test(name);
}

export function fileAddress(incidentId: string, name: string): string {
  const crop = CROP.exec(name);
  if (crop !== null) return `/api/v1/incidents/${encodeURIComponent(incidentId)}/crops/${Number(crop[1])}`;
  return `/api/v1/incidents/${encodeURIComponent(incidentId)}/evidence/${encodeURIComponent(name)}`;
}
