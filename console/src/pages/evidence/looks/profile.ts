// The figures of a microwave look that make a profile: echo power by depth about the body surface.
import type { LedgerEntry } from "./bundle";

const AT = /^echo_(?:at_)?([+-]?\d+)_?mm_db$/;
const LEAST = 3; // of fewer places no profile is drawn

export interface Profiles {
  /** Depths, ascending; before the surface is negative. */
  readonly atMm: readonly number[];
  readonly zones: readonly { readonly zone: string; readonly values: readonly number[] }[];
}

/** Return at which depth a figure was taken; null for any other figure. */
export function depthOf(name: string): number | null {
  const found = AT.exec(name);
  return found === null ? null : Number(found[1]);
}

export function profilesOf(entries: readonly LedgerEntry[]): Profiles | null {
  const depths = new Set<number>();
  for (const entry of entries) {
    for (const name of Object.keys(entry.score)) {
      const at = depthOf(name);
      if (at !== null) depths.add(at);
    }
  }
  if (depths.size < LEAST) return null;
  const atMm = [...depths].sort((a, b) => a - b);
  const zones = entries
    .map((entry) => {
      const by = new Map(Object.entries(entry.score).map(([name, value]) => [depthOf(name), value]));
      return { zone: entry.zone ?? "none", values: atMm.map((at) => Number(by.get(at) ?? NaN)) };
    })
    .filter((one) => one.values.some(Number.isFinite));
  return { atMm, zones };
}
