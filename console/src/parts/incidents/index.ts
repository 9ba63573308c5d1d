export { AlarmSounds } from "./AlarmSounds";
export { BodyFigure } from "./BodyFigure";
export { lengthText, natural, percentText } from "./figures";
export { IncidentCard } from "./IncidentCard";
export { IncidentList } from "./IncidentList";
export { listed, shortName, stepFrom, walkOf } from "./listOf";
export { PriorityChip, ReachChip, StateWord } from "./signs";
