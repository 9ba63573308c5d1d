// Where everybody is at the moment that is drawn: ten messages a second become smooth steps.
import type { People } from "../../api/types";

export const PENDING = 0;
export const NOTHING_FOUND = 1;
export const ALARM = 2;
export const NOT_SCREENED = 3;

const BEHIND_MS = 160; // drawn so much later than measured: then there is nearly always a next place
const AHEAD_MS = 250; // carried on for so long without news; after that they stand still
const JUMP_MS = 2000; // more than that between messages is another time, not a step
const N_SAMPLES = 4;
const TRAIL_EVERY_MS = 250;
const N_TRAIL = 16;
const LEAP_M = 2; // nobody walks so far between two messages: another place, not a way

/** One person, or a thing that was set down; anonymous: a number for as long as they are here. */
export interface Mover {
  readonly trackId: number;
  /** Where they are drawn now. */
  x: number;
  y: number;
  vx: number;
  vy: number;
  spread: number;
  state: number;
  isThing: boolean;
  /** Places of late: x, y, x, y … */
  readonly trail: number[];
  readonly samples: Sample[];
  trailAt: number;
}

interface Sample {
  readonly t: number;
  readonly x: number;
  readonly y: number;
}

export class Motion {
  readonly movers = new Map<number, Mover>();
  private newest = -Infinity;
  private arrivedAt = -Infinity;
  private shown = -Infinity;
  private stepped = -Infinity;

  /** Take in where everybody was at `tMs`; `now` is the browser's performance.now(). */
  take(people: People, tMs: number, now: number): void {
    if (tMs < this.newest || tMs - this.newest > JUMP_MS) {
      this.movers.clear();
      this.shown = tMs - BEHIND_MS;
    }
    if (tMs > this.newest) this.arrivedAt = now;
    this.newest = tMs;
    const here = new Set(people.track_id);
    for (const trackId of this.movers.keys()) if (!here.has(trackId)) this.movers.delete(trackId);
    people.track_id.forEach((trackId, row) => this.takeOne(people, trackId, row, tMs));
  }

  /** Move everybody to where they are to be drawn at `now`; returns whether anybody moves still. */
  step(now: number): boolean {
    if (this.movers.size === 0) return false;
    const wanted = this.newest - BEHIND_MS + (now - this.arrivedAt);
    const passed = now - this.stepped;
    this.stepped = now;
    // The clock of what is drawn runs evenly; messages that come unevenly only pull it gently.
    const even = this.shown + (passed > 0 && passed < 1000 ? passed : 0);
    const pull = 1 - Math.exp(-Math.min(Math.max(passed, 0), 1000) / 300);
    const off = wanted - even;
    this.shown = Math.abs(off) > 600 ? wanted : even + off * pull;
    for (const mover of this.movers.values()) place(mover, this.shown);
    return this.shown < this.newest + AHEAD_MS;
  }

  forget(): void {
    this.movers.clear();
    this.newest = this.arrivedAt = this.shown = this.stepped = -Infinity;
  }

  private takeOne(people: People, trackId: number, row: number, tMs: number): void {
    const x = people.x_m[row] ?? 0;
    const y = people.y_m[row] ?? 0;
    let mover = this.movers.get(trackId);
    if (mover === undefined) {
      mover = {
        trackId, x, y, vx: 0, vy: 0, spread: 0, state: PENDING, isThing: false, trail: [], samples: [], trailAt: -Infinity,
      };
      this.movers.set(trackId, mover);
    }
    mover.vx = people.vx_m_per_s[row] ?? 0;
    mover.vy = people.vy_m_per_s[row] ?? 0;
    mover.spread = people.spread_m[row] ?? 0;
    mover.state = people.state[row] ?? PENDING;
    mover.isThing = people.is_thing[row] === 1;
    const last = mover.samples.at(-1);
    if (last !== undefined && Math.hypot(x - last.x, y - last.y) > LEAP_M) {
      mover.samples.length = mover.trail.length = 0;
      mover.trailAt = -Infinity;
    }
    if (last?.t !== tMs) mover.samples.push({ t: tMs, x, y });
    if (mover.samples.length > N_SAMPLES) mover.samples.shift();
    if (tMs - mover.trailAt >= TRAIL_EVERY_MS) {
      mover.trailAt = tMs;
      mover.trail.push(x, y);
      if (mover.trail.length > 2 * N_TRAIL) mover.trail.splice(0, 2);
    }
  }
}

/** Put somebody where they were at time `t`: between two samples, or a little past the last one. */
function place(mover: Mover, t: number): void {
  const samples = mover.samples;
  const last = samples.at(-1);
  if (last === undefined) return;
  if (t >= last.t) {
    const aheadS = Math.min(t - last.t, AHEAD_MS) / 1000;
    mover.x = last.x + mover.vx * aheadS;
    mover.y = last.y + mover.vy * aheadS;
    return;
  }
  for (let i = samples.length - 1; i > 0; i -= 1) {
    const before = samples[i - 1];
    const after = samples[i];
    if (before === undefined || after === undefined || before.t > t) continue;
    const part = (t - before.t) / (after.t - before.t);
    mover.x = before.x + (after.x - before.x) * part;
    mover.y = before.y + (after.y - before.y) * part;
    return;
  }
  const first = samples[0] ?? last;
  mover.x = first.x;
  mover.y = first.y;
}
