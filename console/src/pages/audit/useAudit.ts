import { useCallback, useEffect, useRef, useState } from "react";
import { ask } from "../../api/client";
import type { AuditRowOut } from "../../api/types";
import { auditPaths, type Filter, isLast, joined } from "./audit";

export interface AuditPages {
  readonly rows: readonly AuditRowOut[];
  readonly isLast: boolean;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly at: number;
  readonly more: () => void;
  readonly again: () => void;
}

interface Said {
  readonly rows: readonly AuditRowOut[];
  readonly isLast: boolean;
  readonly at: number;
}

const NOTHING: Said = { rows: [], isLast: true, at: -Infinity };

/** Read the audit page by page; another question begins anew. */
export function useAudit(filter: Filter): AuditPages {
  const [said, setSaid] = useState<Said>(NOTHING);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(true);
  const [turn, setTurn] = useState(0);
  // What comes back for an older question is thrown away.
  const question = useRef(0);

  const read = useCallback(
    async (before: readonly AuditRowOut[]): Promise<void> => {
      const mine = (question.current += 1);
      setBusy(true);
      setError(null);
      try {
        const last = before[before.length - 1]?.seq ?? 0;
        const pages = await Promise.all(auditPaths(filter, last).map((path) => ask<AuditRowOut[]>(path)));
        if (question.current !== mine) return;
        setSaid({ rows: [...before, ...joined(pages)], isLast: isLast(pages), at: performance.now() });
      } catch (problem) {
        if (question.current === mine) setError(problem);
      } finally {
        if (question.current === mine) setBusy(false);
      }
    },
    [filter],
  );

  useEffect(() => {
    setSaid(NOTHING);
    void read([]);
    return () => {
      question.current += 1;
    };
  }, [read, turn]);

  return {
    ...said,
    isBusy,
    error,
    more: () => void read(said.rows),
    again: () => setTurn((n) => n + 1),
  };
}
