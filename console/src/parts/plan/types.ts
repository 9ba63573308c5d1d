// What a plan is told: what lies still, who is there, what is marked, what can be edited.
import type { Field, People, Plan, Priority, SensorOut } from "../../api/types";
import type { Point } from "./geometry";

/** Where everybody was at one moment. */
export interface PeopleAt {
  readonly people: People;
  readonly tMs: number;
}

/** An incident, an alarm of a recording, a place to go to. */
export interface PlanMark {
  readonly id: string;
  /** Of whom it is; the mark goes with them. Without one it stays at `at`. */
  readonly trackId: number | null;
  readonly at: Point;
  readonly levelId: string;
  readonly priority: Priority;
  /** Short: a number, seconds left. */
  readonly label: string;
  /** Not seen any more: drawn where they were last, with a broken outline. */
  readonly isLost: boolean;
  readonly isAcknowledged: boolean;
}

export type Tone = "plain" | "accent" | "high" | "medium" | "low" | "ok";

/** Something drawn over the plan, in metres of the site. */
export type Overlay =
  | { readonly kind: "path"; readonly points: readonly Point[]; readonly tone: Tone; readonly isDashed?: boolean; readonly hasArrow?: boolean; readonly label?: string }
  | { readonly kind: "area"; readonly points: readonly Point[]; readonly tone: Tone; readonly label?: string }
  | { readonly kind: "circle"; readonly at: Point; readonly radiusM: number; readonly tone: Tone; readonly isDashed?: boolean; readonly label?: string }
  | { readonly kind: "flag"; readonly at: Point; readonly tone: Tone; readonly label: string };

/** A point that can be taken and moved, by pointer or by keys. */
export interface Handle {
  readonly id: string;
  readonly at: Point;
  readonly label: string;
}

export interface PlanEditing {
  readonly handles: readonly Handle[];
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
  /** While it moves `isFinal` is false; once at the end it is true. */
  readonly onMove: (id: string, to: Point, isFinal: boolean) => void;
  /** A press on the bare floor, such as to put something there; then the plan does not pan. */
  readonly onPress?: (at: Point) => void;
}

export interface PlanProps {
  readonly plan: Plan;
  readonly label: string;
  readonly levelId?: string;
  readonly onLevel?: (levelId: string) => void;
  readonly people?: PeopleAt | null;
  /** How old the picture is where it is too old to be believed; null while it is fresh. */
  readonly oldS?: number | null;
  readonly marks?: readonly PlanMark[];
  /** Who is simulated, in an exercise; told to those alone who may know. */
  readonly simulated?: readonly number[];
  /** Left out where nobody asks, such as in a site editor; a sensor that is not in it is not known. */
  readonly health?: readonly SensorOut[];
  readonly coverage?: readonly Field[];
  readonly overlays?: readonly Overlay[];
  readonly selectedTrack?: number | null;
  readonly onSelectTrack?: (trackId: number | null) => void;
  readonly selectedMark?: string | null;
  readonly onSelectMark?: (id: string) => void;
  readonly followedTrack?: number | null;
  readonly onFollow?: (trackId: number | null) => void;
  readonly editing?: PlanEditing;
  /** A telephone has room for few buttons. */
  readonly tools?: "full" | "few";
}
