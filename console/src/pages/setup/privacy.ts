// The privacy report as the service gives it; parts that it leaves out are not shown.
import { t, written } from "../../i18n";

export interface PrivacyOut {
  readonly t_utc_ns?: number;
  readonly software_version?: string;
  readonly rules?: readonly Rule[];
  readonly tables?: readonly Table[];
  readonly folders?: readonly Folder[];
  readonly recipients?: readonly Recipient[];
  readonly measures?: readonly string[];
  readonly findings?: readonly string[];
}

export interface Rule {
  readonly data_class: string;
  readonly about: string;
  readonly keep_s: number | null;
  readonly longest_s: number | null;
  readonly setting: string;
}

export interface Table {
  readonly place: string;
  readonly data_class: string;
  readonly n: number;
  readonly oldest_utc_ns: number;
}

export interface Folder {
  readonly name: string;
  readonly data_class: string;
  readonly keep_s: number | null;
  readonly n_files: number;
  readonly n_bytes: number;
  readonly oldest_utc_ns: number;
  readonly n_overdue: number;
}

export interface Recipient {
  readonly name: string;
  readonly where: string;
  readonly what: string;
  readonly is_encrypted: boolean;
}

const MONTH_S = 30.5 * 86_400;

const UNITS = [
  ["months", MONTH_S, 2 * MONTH_S],
  ["d", 86_400, 4 * 86_400],
  ["h", 3600, 2 * 3600],
  ["min", 60, 120],
] as const;

/** How long something stays, in the unit that people would say. */
export function keepText(seconds: number | null): string {
  if (seconds === null) return t("privacy.until_removed");
  if (seconds === 0) return t("privacy.not_kept");
  for (const [unit, length, from] of UNITS) {
    if (seconds >= from) return t(`privacy.span.${unit}`, { n: Number((seconds / length).toFixed(1)) });
  }
  return t("privacy.span.s", { n: Number(seconds.toFixed(1)) });
}

export function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes > 0 ? Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1) : 0;
  return `${written(String(Number((bytes / 1000 ** power).toFixed(1))))} ${units[power] ?? "B"}`;
}
