// Sounds, made on the spot: each priority has its own rhythm, so that it is known without looking.
import type { IncidentOut, Priority } from "../../api/types";

export type Sound = Priority | "lost";

interface Beep {
  readonly atS: number;
  readonly hz: number;
  readonly forS: number;
}

const beeps = (n: number, everyS: number, hz: readonly number[], forS: number): Beep[] =>
  Array.from({ length: n }, (_, i) => ({ atS: i * everyS, hz: hz[i % hz.length] ?? 660, forS }));

/** High: five quick, rising. Medium: three even. Low: one. Lost: falling, unlike any alarm. */
export const PATTERNS: Readonly<Record<Sound, readonly Beep[]>> = {
  high: beeps(5, 0.16, [740, 880, 988, 1109, 1175], 0.11),
  medium: beeps(3, 0.28, [660], 0.16),
  low: beeps(1, 0.3, [523], 0.2),
  lost: beeps(2, 0.45, [392, 262], 0.4),
};

/** After so long it sounds again while nobody has acknowledged; low ones sound once. */
export const REPEAT_MS: Readonly<Record<Sound, number>> = { high: 4000, medium: 15_000, low: Infinity, lost: 15_000 };

const LOUD = 0.22;

export class Speaker {
  private context: AudioContext | null = null;

  /** `onChange` is told when the browser lets sounds out, and when it does not any more. */
  constructor(private readonly onChange: () => void = () => undefined) {}

  /** Whether the browser lets sounds out; before the first key or click most do not. */
  get isBlocked(): boolean {
    return this.context === null || this.context.state !== "running";
  }

  /** To be called on a key or click; before, it finds out whether one is needed. */
  wake(): void {
    if (typeof AudioContext === "undefined") return;
    if (this.context === null) {
      this.context = new AudioContext();
      this.context.onstatechange = this.onChange;
    }
    // What is not allowed yet waits, and is tried again at the next key or click.
    if (this.context.state !== "running") void this.context.resume().catch(() => undefined);
    this.onChange();
  }

  close(): void {
    const context = this.context;
    this.context = null;
    if (context === null) return;
    context.onstatechange = null;
    void context.close().catch(() => undefined);
  }

  play(sound: Sound): void {
    const context = this.context;
    if (context === null || context.state !== "running") return;
    for (const beep of PATTERNS[sound]) {
      const tone = context.createOscillator();
      const gain = context.createGain();
      const at = context.currentTime + 0.02 + beep.atS;
      tone.type = "triangle";
      tone.frequency.value = beep.hz;
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(LOUD, at + 0.01);
      gain.gain.setValueAtTime(LOUD, at + beep.forS - 0.02);
      gain.gain.linearRampToValueAtTime(0, at + beep.forS);
      tone.connect(gain).connect(context.destination);
      tone.start(at);
      tone.stop(at + beep.forS + 0.01);
    }
  }
}

const RANK: Readonly<Record<Priority, number>> = { high: 2, medium: 1, low: 0 };

/** What is to sound now. Remembers what has sounded; silence holds until something new comes. */
export class Alarms {
  private readonly told = new Map<string, Priority>();
  private silenced = new Set<string>();
  private soundedAt = new Map<Sound, number>();

  /** Silence on this seat what sounds now; what comes after sounds again. */
  silence(incidents: Iterable<IncidentOut>): void {
    this.silenced = new Set([...incidents].map((one) => `${one.incident_id} ${one.priority}`));
  }

  next(incidents: Iterable<IncidentOut>, isLost: boolean, now: number): Sound | null {
    let news: Priority | null = null;
    let waiting: Priority | null = null;
    const here = new Set<string>();
    for (const one of incidents) {
      here.add(one.incident_id);
      if (one.state !== "new" || (one.shelved_until_utc_ms ?? 0) > 0) {
        this.told.set(one.incident_id, one.priority);
        continue;
      }
      const before = this.told.get(one.incident_id);
      const isNews = before === undefined || RANK[one.priority] > RANK[before];
      this.told.set(one.incident_id, one.priority);
      if (isNews && (news === null || RANK[one.priority] > RANK[news])) news = one.priority;
      const isSilent = this.silenced.has(`${one.incident_id} ${one.priority}`);
      if (!isSilent && (waiting === null || RANK[one.priority] > RANK[waiting])) waiting = one.priority;
    }
    for (const id of this.told.keys()) if (!here.has(id)) this.told.delete(id);
    if (news !== null) return this.sounded(news, now);
    if (isLost && this.isDue("lost", now)) return this.sounded("lost", now);
    if (!isLost) this.soundedAt.delete("lost");
    if (waiting !== null && this.isDue(waiting, now)) return this.sounded(waiting, now);
    return null;
  }

  private isDue(sound: Sound, now: number): boolean {
    return now - (this.soundedAt.get(sound) ?? -Infinity) >= REPEAT_MS[sound];
  }

  private sounded(sound: Sound, now: number): Sound {
    this.soundedAt.set(sound, now);
    return sound;
  }
}
