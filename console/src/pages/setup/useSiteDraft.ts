import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { ask } from "../../api/client";
import type { CheckedOut, Plan } from "../../api/types";
import { useAsk } from "../../parts/useAsk";

const CHECK_AFTER_MS = 600;
const MOST_UNDONE = 200;

interface History {
  readonly past: readonly string[];
  readonly text: string | null;
  readonly future: readonly string[];
}

type Change = { readonly to: string; readonly joins: boolean } | "undo" | "redo";

/** One step for the whole of a drag: what joins replaces what it began with. */
export function step(history: History, change: Change): History {
  const { past, text, future } = history;
  if (change === "undo") {
    const before = past.at(-1);
    return before === undefined || text === null ? history : { past: past.slice(0, -1), text: before, future: [text, ...future] };
  }
  if (change === "redo") {
    const [next, ...rest] = future;
    return next === undefined || text === null ? history : { past: [...past, text], text: next, future: rest };
  }
  if (text === null) return { past: [], text: change.to, future: [] };
  if (change.to === text) return history;
  return { past: change.joins ? past : [...past, text].slice(-MOST_UNDONE), text: change.to, future: [] };
}

export interface SiteDraft {
  readonly text: string | null;
  readonly inForce: string;
  readonly keptText: string;
  readonly isFromDraft: boolean;
  readonly error: unknown;
  readonly checked: CheckedOut | null;
  readonly isChecking: boolean;
  /** Floors and walls as the service read them last. */
  readonly plan: Plan | null;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly change: (to: string, joins?: boolean) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly keep: () => Promise<void>;
  readonly isKeeping: boolean;
}

/** The site file on its way: its text, what the service says of it, and what is kept. */
export function useSiteDraft(): SiteDraft {
  const file = useAsk<{ readonly toml: string; readonly draft: string | null }>("/site-file");
  const site = useAsk<Plan>("/site");
  const [history, doStep] = useReducer(step, { past: [], text: null, future: [] });
  const [kept, setKept] = useState<string | null>(null);
  const [checked, setChecked] = useState<{ readonly text: string; readonly said: CheckedOut } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isKeeping, setKeeping] = useState(false);
  const key = useRef({ text: "", key: "" });
  const { text } = history;

  useEffect(() => {
    if (file.data !== null) doStep({ to: file.data.draft ?? file.data.toml, joins: true });
  }, [file.data]);

  useEffect(() => {
    if (text === null) return;
    const gone = new AbortController();
    const timer = setTimeout(() => {
      ask<CheckedOut>("/site-file/check", { method: "POST", body: { toml: text }, signal: gone.signal }).then(
        (said) => {
          setChecked({ text, said });
          setError(null);
        },
        (problem: unknown) => {
          if (!gone.signal.aborted) setError(problem);
        },
      );
    }, CHECK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [text]);

  const keep = useCallback(async () => {
    if (text === null) return;
    // A repeated press for the same text is the same request.
    if (key.current.text !== text) key.current = { text, key: crypto.randomUUID() };
    setKeeping(true);
    try {
      await ask<CheckedOut>("/site-file/draft", { method: "PUT", body: { toml: text }, key: key.current.key });
      setKept(text);
      setError(null);
      key.current = { text: "", key: "" };
    } catch (problem) {
      setError(problem);
    } finally {
      setKeeping(false);
    }
  }, [text]);

  const read = checked?.said.plan;
  const lastPlan = useRef<Plan | null>(null);
  if (read) lastPlan.current = read as unknown as Plan;
  return {
    text,
    inForce: file.data?.toml ?? "",
    keptText: kept ?? file.data?.draft ?? file.data?.toml ?? "",
    isFromDraft: (kept ?? file.data?.draft ?? null) !== null,
    error: file.error ?? error,
    checked: checked?.said ?? null,
    isChecking: checked?.text !== text,
    plan: lastPlan.current ?? site.data,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    change: useCallback((to, joins = false) => doStep({ to, joins }), []),
    undo: useCallback(() => doStep("undo"), []),
    redo: useCallback(() => doStep("redo"), []),
    keep,
    isKeeping,
  };
}

/** How many rows stand in one text and not in the other, counted both ways and taken once. */
export function nChanged(a: string, b: string): number {
  const count = (text: string): Map<string, number> => {
    const rows = new Map<string, number>();
    for (const row of text.split("\n")) rows.set(row, (rows.get(row) ?? 0) + 1);
    return rows;
  };
  const [left, right] = [count(a), count(b)];
  let more = 0;
  let less = 0;
  for (const row of new Set([...left.keys(), ...right.keys()])) {
    const off = (left.get(row) ?? 0) - (right.get(row) ?? 0);
    if (off > 0) more += off;
    else less -= off;
  }
  return Math.max(more, less);
}
