// The colours of the theme, as the canvas needs them.
import type { Tone } from "./types";

const NAMES = {
  ground: "--ground", panel: "--panel", line: "--line", text: "--text", dim: "--dim", accent: "--accent",
  high: "--high", onHigh: "--on-high", medium: "--medium", onMedium: "--on-medium", low: "--low", onLow: "--on-low",
  alarm: "--alarm", pending: "--pending", foundNothing: "--found-nothing", unscreened: "--unscreened",
  ok: "--ok", floor: "--floor", wall: "--wall", cover: "--cover",
} as const;

export type Palette = Readonly<Record<keyof typeof NAMES, string>>;

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(
    Object.entries(NAMES).map(([name, variable]) => [name, style.getPropertyValue(variable).trim() || "#888"]),
  ) as Record<keyof typeof NAMES, string>;
}

export function toneOf(palette: Palette, tone: Tone): string {
  return tone === "plain" ? palette.text : palette[tone];
}

/** Red, green, blue of a colour such as #7fb4ff, for pictures made dot by dot. */
export function rgb(colour: string): readonly [number, number, number] {
  const hex = /^#([0-9a-f]{6})$/i.exec(colour)?.[1] ?? "888888";
  return [0, 2, 4].map((from) => Number.parseInt(hex.slice(from, from + 2), 16)) as [number, number, number];
}
