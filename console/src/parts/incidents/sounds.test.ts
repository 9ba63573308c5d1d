import { afterEach, describe, expect, it, vi } from "vitest";
import { Alarms, PATTERNS, Speaker } from "./sounds";
import { incidentOf } from "./testing";

describe("sounds", () => {
  it("sounds once for what is new, and again while nobody acknowledges", () => {
    const alarms = new Alarms();
    const one = incidentOf("m-1", { priority: "high" });
    expect(alarms.next([one], false, 0)).toBe("high");
    expect(alarms.next([one], false, 1000)).toBeNull();
    expect(alarms.next([one], false, 4000)).toBe("high");
    expect(alarms.next([{ ...one, state: "acknowledged" }], false, 9000)).toBeNull();
  });

  it("sounds for the most urgent of several", () => {
    const alarms = new Alarms();
    expect(alarms.next([incidentOf("m-1", { priority: "low" }), incidentOf("m-2", { priority: "high" })], false, 0)).toBe("high");
  });

  it("stays silent on this seat until something new comes, or the old becomes more urgent", () => {
    const alarms = new Alarms();
    const one = incidentOf("m-1", { priority: "medium" });
    alarms.next([one], false, 0);
    alarms.silence([one]);
    expect(alarms.next([one], false, 60_000)).toBeNull();
    const raised = { ...one, priority: "high" as const };
    expect(alarms.next([raised], false, 61_000)).toBe("high");
    alarms.silence([raised]);
    expect(alarms.next([raised, incidentOf("m-2", { priority: "low" })], false, 70_000)).toBe("low");
  });

  it("says that the link is lost, over and over, and stops when it is back", () => {
    const alarms = new Alarms();
    expect(alarms.next([], true, 0)).toBe("lost");
    expect(alarms.next([], true, 5000)).toBeNull();
    expect(alarms.next([], true, 15_000)).toBe("lost");
    expect(alarms.next([], false, 16_000)).toBeNull();
    expect(alarms.next([], true, 17_000)).toBe("lost");
  });

  it("leaves the shelf in peace, and sounds when the time there is over", () => {
    const alarms = new Alarms();
    const one = incidentOf("m-1", { priority: "high", shelved_until_utc_ms: 5 });
    expect(alarms.next([one], false, 0)).toBeNull();
    expect(alarms.next([{ ...one, shelved_until_utc_ms: null }], false, 1000)).toBe("high");
  });

  it("has a rhythm of its own for each", () => {
    const rhythms = Object.values(PATTERNS).map((pattern) => pattern.map((beep) => [beep.atS, beep.hz]).join());
    expect(new Set(rhythms).size).toBe(4);
  });
});

describe("the speaker", () => {
  /** A browser that lets sounds out once it was asked on a key or click. */
  function browser() {
    const made: FakeContext[] = [];
    let isAllowed = false;
    class FakeContext {
      state = "suspended";
      currentTime = 0;
      destination = {};
      onstatechange: (() => void) | null = null;
      readonly hz: number[] = [];
      constructor() {
        made.push(this);
      }
      resume(): Promise<void> {
        if (!isAllowed) return new Promise(() => undefined);
        this.state = "running";
        this.onstatechange?.();
        return Promise.resolve();
      }
      createOscillator() {
        const frequency = { value: 0 };
        const start = (): void => void this.hz.push(frequency.value);
        return { type: "", frequency, connect: <T>(to: T): T => to, start, stop: () => undefined };
      }
      createGain() {
        const ramp = (): void => undefined;
        return { gain: { setValueAtTime: ramp, linearRampToValueAtTime: ramp }, connect: <T>(to: T): T => to };
      }
    }
    vi.stubGlobal("AudioContext", FakeContext);
    return { made, allow: () => (isAllowed = true) };
  }
  afterEach(() => vi.unstubAllGlobals());

  it("says that it is blocked until a key or click, and sounds each priority in its own way after", () => {
    const { made, allow } = browser();
    const told: boolean[] = [];
    const speaker: Speaker = new Speaker(() => told.push(speaker.isBlocked));
    speaker.wake();
    speaker.play("high");
    expect(speaker.isBlocked).toBe(true);
    expect(made[0]?.hz).toEqual([]);
    allow();
    speaker.wake();
    expect(speaker.isBlocked).toBe(false);
    expect(told.at(-1)).toBe(false);
    expect(made).toHaveLength(1);
    for (const sound of ["high", "medium", "low", "lost"] as const) {
      made[0]?.hz.splice(0);
      speaker.play(sound);
      expect(made[0]?.hz).toEqual(PATTERNS[sound].map((beep) => beep.hz));
    }
  });

  it("notices when the browser takes sounds away again", () => {
    const { made, allow } = browser();
    const told: boolean[] = [];
    const speaker: Speaker = new Speaker(() => told.push(speaker.isBlocked));
    allow();
    speaker.wake();
    const context = made[0];
    if (context === undefined) throw new Error("nothing was made");
    context.state = "interrupted";
    context.onstatechange?.();
    expect(told.at(-1)).toBe(true);
  });
});
