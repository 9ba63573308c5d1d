// What comes over the WebSocket; generated from the service's own types into ../api/types.ts.
export type {
  Card,
  HealthMessage,
  HelloMessage,
  IncidentOut,
  IncidentsMessage,
  OverviewOut,
  People,
  PictureMessage,
  Plan,
  SensorOut,
  Why,
} from "../api/types";
