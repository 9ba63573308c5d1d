import { describe, expect, it } from "vitest";
import { Motion } from "./motion";

function people(rows: readonly (readonly [number, number])[], v = 0) {
  return {
    track_id: rows.map(([id]) => id),
    x_m: rows.map(([, x]) => x),
    y_m: rows.map(() => 0),
    vx_m_per_s: rows.map(() => v),
    vy_m_per_s: rows.map(() => 0),
    spread_m: rows.map(() => 0.1),
    state: rows.map(() => 0),
    is_thing: rows.map(() => 0),
    level: rows.map(() => 0),
  };
}

/** Walk at 1 m/s for a while, with messages ten times a second and frames sixty times. */
function walked(jitterMs: (n: number) => number, untilMs: number) {
  const motion = new Motion();
  const xs: number[] = [];
  let n = 0;
  for (let now = 0; now < untilMs; now += 1000 / 60) {
    while (n * 100 + jitterMs(n) <= now) {
      motion.take(people([[7, n * 0.1]], 1), 5000 + n * 100, now);
      n += 1;
    }
    motion.step(now);
    xs.push(motion.movers.get(7)?.x ?? Number.NaN);
  }
  return xs;
}

describe("motion", () => {
  it("is smooth between messages, and never steps back", () => {
    const xs = walked(() => 0, 3000).slice(60);
    const steps = xs.slice(1).map((x, i) => x - (xs[i] ?? 0));
    expect(Math.min(...steps)).toBeGreaterThan(0.01);
    expect(Math.max(...steps)).toBeLessThan(0.025);
  });

  it("stays smooth when messages come unevenly", () => {
    const xs = walked((n) => (n % 3) * 40, 4000).slice(60);
    const steps = xs.slice(1).map((x, i) => x - (xs[i] ?? 0));
    expect(Math.min(...steps)).toBeGreaterThan(-0.002);
    expect(Math.max(...steps)).toBeLessThan(0.04);
  });

  it("stands still when nothing comes any more", () => {
    const motion = new Motion();
    motion.take(people([[7, 0]], 1), 1000, 0);
    motion.take(people([[7, 0.1]], 1), 1100, 100);
    for (let now = 100; now < 10_000; now += 50) motion.step(now);
    expect(motion.movers.get(7)?.x).toBeCloseTo(0.35);
    expect(motion.step(10_000)).toBe(false);
  });

  it("forgets who is not told of any more, and everything when the time jumps", () => {
    const motion = new Motion();
    motion.take(people([[1, 0], [2, 5]]), 1000, 0);
    motion.take(people([[2, 5]]), 1100, 100);
    expect([...motion.movers.keys()]).toEqual([2]);
    for (let n = 0; n < 20; n += 1) motion.take(people([[2, 5 + 0.1 * n]]), 1200 + n * 100, 200 + n * 100);
    expect(motion.movers.get(2)?.trail.length).toBeGreaterThan(4);
    motion.take(people([[2, 0]]), 500, 3000);
    expect(motion.movers.get(2)?.trail).toEqual([0, 0]);
  });

  it("draws no way between two places that nobody walks between", () => {
    const motion = new Motion();
    for (let n = 0; n < 10; n += 1) motion.take(people([[2, n * 0.1]]), n * 100, n * 100);
    motion.take(people([[2, 30]]), 1000, 1000);
    expect(motion.movers.get(2)?.trail).toEqual([30, 0]);
    motion.step(1000);
    expect(motion.movers.get(2)?.x).toBe(30);
  });

  it("keeps short trails", () => {
    const motion = new Motion();
    for (let n = 0; n < 500; n += 1) motion.take(people([[2, n / 10]]), n * 100, n * 100);
    expect(motion.movers.get(2)?.trail.length).toBeLessThanOrEqual(32);
    expect(motion.movers.get(2)?.samples.length).toBeLessThanOrEqual(4);
  });
});
