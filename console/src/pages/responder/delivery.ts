// What a responder does is sent until the service has it, under one key, so that it is done once
// however often it arrives. It is kept in memory only: a telephone that is lost tells nothing.
import { ApiError, ask } from "../../api/client";
import type { ActionAsked, IncidentOut } from "../../api/types";

export type Standing = "sending" | "waiting" | "done" | "refused";

export interface Deed {
  readonly key: string;
  readonly incidentId: string;
  readonly asked: ActionAsked;
  readonly standing: Standing;
  readonly tries: number;
  readonly error: unknown;
}

type Send = (deed: Deed) => Promise<IncidentOut>;
type Wait = (ms: number) => Promise<void>;

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 8000;
const TOLD_MS = 6000;

function sendIt(deed: Deed): Promise<IncidentOut> {
  return ask<IncidentOut>(`/incidents/${encodeURIComponent(deed.incidentId)}/actions`, {
    method: "POST",
    body: deed.asked,
    key: deed.key,
  });
}

/** Whether the same request may well be answered later: no answer, too many, not now, in hand. */
export function isWorthAnotherTry(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 502);
}

export class Delivery {
  private deeds: readonly Deed[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly done: (incident: IncidentOut) => void,
    private readonly send: Send = sendIt,
    private readonly wait: Wait = (ms) => new Promise((go) => setTimeout(go, ms)),
  ) {}

  readonly all = (): readonly Deed[] => this.deeds;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Do something; a second press of the same button while it is on its way is the same press. */
  async act(incidentId: string, asked: ActionAsked): Promise<void> {
    const isUnderWay = (one: Deed): boolean => one.standing === "sending" || one.standing === "waiting";
    const same = (one: Deed): boolean => one.incidentId === incidentId && one.asked.act === asked.act;
    if (this.deeds.some((one) => isUnderWay(one) && same(one))) return;
    const key = crypto.randomUUID();
    const deed: Deed = { key, incidentId, asked, standing: "sending", tries: 0, error: null };
    this.set([...this.deeds.filter((one) => one.incidentId !== incidentId || isUnderWay(one)), deed]);
    await this.deliver(key);
  }

  /** Take back what has not arrived as far as is known, or put away what was refused. */
  forget(key: string): void {
    this.set(this.deeds.filter((one) => one.key !== key));
  }

  private async deliver(key: string): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const deed = this.deeds.find((one) => one.key === key);
      if (deed === undefined) return;
      this.change(key, { standing: "sending", tries });
      try {
        const incident = await this.send(deed);
        this.change(key, { standing: "done", error: null });
        this.done(incident);
        void this.wait(TOLD_MS).then(() => this.forget(key));
        return;
      } catch (error) {
        if (!isWorthAnotherTry(error)) return this.change(key, { standing: "refused", error });
        this.change(key, { standing: "waiting", error });
        await this.wait(Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS));
      }
    }
  }

  private change(key: string, change: Partial<Deed>): void {
    this.set(this.deeds.map((one) => (one.key === key ? { ...one, ...change } : one)));
  }

  private set(deeds: readonly Deed[]): void {
    this.deeds = deeds;
    for (const listener of this.listeners) listener();
  }
}
