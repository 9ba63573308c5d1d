// What belongs to one look: its pictures, its entries of the ledger, its curves.
import type { PatchOut, StepOut, Why } from "../../../api/types";
import { entryOf, type Ledger, type LedgerEntry } from "./bundle";

/** Nanoseconds lose their last digits in a browser: a millisecond either way is the same time. */
const SAME_MS = 1;

export function patchesOf(step: StepOut | null, patches: readonly PatchOut[]): PatchOut[] {
  if (step === null) return [];
  return patches.filter((one) => one.sensor_id === step.sensor_id && Math.abs(one.t_utc_ms - step.t_utc_ms) <= SAME_MS);
}

export function entriesOf(step: StepOut | null, ledger: Ledger | null): LedgerEntry[] {
  if (step === null || ledger === null) return [];
  return ledger.entries.filter((one) => isOf(step, one));
}

export function curvesOf(step: StepOut | null, ledger: Ledger | null, files: readonly string[]): string[] {
  if (step === null || ledger === null) return [];
  return files.filter((name) => {
    const entry = ledger.entries[entryOf(name)];
    return entry !== undefined && isOf(step, entry);
  });
}

function isOf(step: StepOut, entry: LedgerEntry): boolean {
  return entry.sensor_id === step.sensor_id && Math.abs(entry.t_utc_ns / 1e6 - step.t_utc_ms) <= SAME_MS;
}

/** Return the look to begin with: the one with a picture that moved the odds most, in either direction. */
export function mostTelling(why: Why, patches: readonly PatchOut[]): number | null {
  const tells = (step: StepOut): number =>
    Math.max(...step.said.map((one) => (one.zone === why.zone ? 1000 : 0) + Math.abs((one.log10_factor ?? 0) * one.weight)), 0) +
    (patchesOf(step, patches).length > 0 ? 10_000 : 0);
  const ranked = [...why.steps].sort((a, b) => tells(b) - tells(a) || a.number - b.number);
  return ranked[0]?.number ?? null;
}

/** Return the picture of a look to show: that of the zone in question, or its first. */
export function pictureOf(step: StepOut | null, patches: readonly PatchOut[], zone: string | null): PatchOut | null {
  const mine = patchesOf(step, patches);
  return mine.find((one) => one.zone === zone) ?? mine[0] ?? null;
}

/** Return whether two lists hold the pictures of the same looks: a picture never changes. */
export function areSameLooks(a: readonly PatchOut[], b: readonly PatchOut[]): boolean {
  return a.length === b.length && a.every((one, row) => one.look_id === b[row]?.look_id && one.zone === b[row]?.zone);
}
