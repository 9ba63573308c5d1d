import { useCallback, useEffect, useState } from "react";

export const SPEEDS = [0.5, 1, 2, 4, 8, 16] as const;
const TICK_MS = 100;

export interface Playback {
  readonly atS: number;
  readonly speed: number;
  readonly isPlaying: boolean;
  readonly seek: (atS: number) => void;
  readonly step: (byS: number) => void;
  readonly toggle: () => void;
  readonly faster: (by: 1 | -1) => void;
}

/** The clock of a replay: it runs, stops, jumps, and stops at the end. */
export function usePlayback(durationS: number): Playback {
  const [state, setState] = useState({ atS: 0, speed: 1, isPlaying: false });

  useEffect(() => {
    if (!state.isPlaying) return;
    let before = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      const passedS = (now - before) / 1000;
      before = now;
      setState((was) => {
        const atS = Math.min(was.atS + passedS * was.speed, durationS);
        return { ...was, atS, isPlaying: was.isPlaying && atS < durationS };
      });
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [state.isPlaying, durationS]);

  const seek = useCallback(
    (atS: number) => setState((was) => ({ ...was, atS: Math.min(Math.max(atS, 0), durationS) })),
    [durationS],
  );
  const step = useCallback(
    (byS: number) =>
      setState((was) => ({ ...was, isPlaying: false, atS: Math.min(Math.max(was.atS + byS, 0), durationS) })),
    [durationS],
  );
  const toggle = useCallback(
    () =>
      setState((was) => ({ ...was, isPlaying: !was.isPlaying, atS: was.atS >= durationS && !was.isPlaying ? 0 : was.atS })),
    [durationS],
  );
  const faster = useCallback(
    (by: 1 | -1) =>
      setState((was) => {
        const at = SPEEDS.findIndex((one) => one === was.speed);
        return { ...was, speed: SPEEDS[Math.min(Math.max(at + by, 0), SPEEDS.length - 1)] ?? 1 };
      }),
    [],
  );
  return { ...state, seek, step, toggle, faster };
}

/** Seconds as minutes and seconds, with hours where there are any. */
export function spanText(seconds: number, digits = 0): string {
  // Rounded before it is taken apart: there is no 01:60.
  const whole = Math.max(0, Number(seconds.toFixed(digits)));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = (whole % 60).toFixed(digits).padStart(digits > 0 ? 3 + digits : 2, "0");
  return `${hours > 0 ? `${hours}:` : ""}${String(minutes).padStart(2, "0")}:${rest}`;
}
