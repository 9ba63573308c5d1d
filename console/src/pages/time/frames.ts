// Pictures of a recording, fetched in pieces ahead of where one looks and forgotten behind.
import { ask } from "../../api/client";
import type { Frame } from "./recording";

const N_IN_PIECE = 100;
const N_KEPT = 8;
export const FINEST_S = 0.1;

interface Piece {
  readonly frames: readonly Frame[] | null;
  readonly error: unknown;
}

type Fetch = (path: string) => Promise<readonly Frame[]>;

export class Frames {
  private readonly pieces = new Map<string, Piece>();

  constructor(
    private readonly recordingId: string,
    private readonly durationS: number,
    private readonly changed: () => void,
    private readonly fetch: Fetch = (path) => ask<readonly Frame[]>(path),
  ) {}

  /** The picture at a time; null while it is on its way. Asks for what will be wanted next. */
  at(atS: number, stepS: number): Frame | null {
    const pieceS = stepS * N_IN_PIECE;
    const number = Math.floor(atS / pieceS + 1e-9);
    const here = this.piece(number, stepS);
    if (atS / pieceS - number > 0.5 && (number + 1) * pieceS < this.durationS) this.piece(number + 1, stepS);
    const frames = here.frames;
    if (frames === null || frames.length === 0) return null;
    const row = Math.floor((atS - number * pieceS) / stepS + 1e-6);
    return frames[Math.min(row, frames.length - 1)] ?? null;
  }

  errorAt(atS: number, stepS: number): unknown {
    return this.pieces.get(keyOf(Math.floor(atS / (stepS * N_IN_PIECE) + 1e-9), stepS))?.error ?? null;
  }

  /** Ask once more for what could not be had. */
  again(): void {
    for (const [key, piece] of this.pieces) if (piece.error !== null) this.pieces.delete(key);
    this.changed();
  }

  private piece(number: number, stepS: number): Piece {
    const key = keyOf(number, stepS);
    const known = this.pieces.get(key);
    if (known !== undefined) {
      // The one looked at last is forgotten last.
      this.pieces.delete(key);
      this.pieces.set(key, known);
      return known;
    }
    const waiting: Piece = { frames: null, error: null };
    this.pieces.set(key, waiting);
    for (const old of this.pieces.keys()) {
      if (this.pieces.size <= N_KEPT) break;
      this.pieces.delete(old);
    }
    const fromS = number * stepS * N_IN_PIECE;
    const query = `from_s=${round(fromS)}&to_s=${round(fromS + stepS * N_IN_PIECE)}&step_s=${round(stepS)}`;
    this.fetch(`/recordings/${encodeURIComponent(this.recordingId)}/pictures?${query}`).then(
      (frames) => this.take(key, { frames, error: null }),
      (error: unknown) => this.take(key, { frames: null, error }),
    );
    return waiting;
  }

  private take(key: string, piece: Piece): void {
    if (!this.pieces.has(key)) return;
    this.pieces.set(key, piece);
    this.changed();
  }
}

function keyOf(number: number, stepS: number): string {
  return `${stepS}:${number}`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** How far apart pictures are fetched: further apart when time runs fast. */
export function stepOf(speed: number): number {
  return FINEST_S * Math.max(1, speed / 2);
}
