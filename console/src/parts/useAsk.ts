import { useCallback, useEffect, useState } from "react";
import { ApiError, ask } from "../api/client";

const NOT_YET = 429;
const AGAIN_MS = 2000;

export interface Asked<T> {
  readonly data: T | null;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** When the data came, by the browser's performance.now(). */
  readonly at: number;
  readonly again: () => void;
}

/** Read something from the service, and again every `everyMs` where that is given. */
export function useAsk<T>(path: string | null, everyMs = 0): Asked<T> {
  const [said, setSaid] = useState<{ path: string; data: T | null; error: unknown; at: number } | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === null) return;
    const gone = new AbortController();
    let soon: ReturnType<typeof setTimeout> | undefined;
    ask<T>(path, { signal: gone.signal }).then(
      (data) => setSaid({ path, data, error: null, at: performance.now() }),
      (error: unknown) => {
        if (gone.signal.aborted) return;
        // What is being made ready comes to who asks again; nobody should have to.
        if (error instanceof ApiError && error.status === NOT_YET) soon = setTimeout(() => setTurn((n) => n + 1), AGAIN_MS);
        // What was known stays, with its age; only the newest failure is told.
        setSaid((before) => ({
          path,
          data: before?.path === path ? before.data : null,
          error,
          at: before?.path === path ? before.at : -Infinity,
        }));
      },
    );
    const timer = everyMs > 0 ? setTimeout(() => setTurn((n) => n + 1), everyMs) : undefined;
    return () => {
      gone.abort();
      clearTimeout(timer);
      clearTimeout(soon);
    };
  }, [path, turn, everyMs]);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  const known = said !== null && said.path === path ? said : null;
  return {
    data: known?.data ?? null,
    error: known?.error ?? null,
    isLoading: path !== null && known === null,
    at: known?.at ?? -Infinity,
    again,
  };
}
