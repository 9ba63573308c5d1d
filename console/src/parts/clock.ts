import { useEffect, useState } from "react";
import { liveState } from "../live/state";

/** The service's time now, ms since the epoch, UTC; the browser's own clock may be wrong. */
export function serviceNow(): number {
  return Date.now() + liveState().offsetMs;
}

/** Draw again every so often; returns performance.now(). */
export function useTick(periodMs: number): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), periodMs);
    return () => clearInterval(timer);
  }, [periodMs]);
  return now;
}

// Year first, the same in every language: nobody must guess which number is the month.
const DATES = "sv-SE";

export function clockText(utcMs: number, zone: "local" | "utc", withDate = false): string {
  const options: Intl.DateTimeFormatOptions = {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    ...(withDate ? { year: "numeric", month: "2-digit", day: "2-digit" } : {}),
    ...(zone === "utc" ? { timeZone: "UTC" } : {}),
  };
  return new Intl.DateTimeFormat(withDate ? DATES : document.documentElement.lang, options).format(utcMs);
}
