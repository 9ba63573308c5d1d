export type { Point } from "./geometry";
export { PeopleList } from "./PeopleList";
export { Plan } from "./Plan";
export { SensorList } from "./SensorList";
export { stateOf } from "./drawFloor";
export type { Handle, Overlay, PeopleAt, PlanEditing, PlanMark, PlanProps, Tone } from "./types";
