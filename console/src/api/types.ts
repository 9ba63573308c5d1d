// Made by `standex api types`; do not edit.

/** A new account. */
export type AccountAsked = {
  account_id: string;
  roles: Role[];
};

/** An account, without any secret. */
export type AccountOut = {
  account_id: string;
  roles: Role[];
  is_disabled: boolean;
  [more: string]: unknown;
};

/** What can be done. */
export type Act = "acknowledge" | "take" | "hand_over" | "escalate" | "note" | "shelve" | "unshelve" | "accept" | "reached" | "nothing_found" | "found" | "lost" | "resolve" | "close" | "dismiss" | "reopen";

/** Something to be done with an incident. */
export type ActionAsked = {
  act: Act;
  text?: string;
  to?: string;
  disposition?: Disposition | null;
};

/** The web server runs. */
export type Alive = {
  is_alive: boolean;
  now_utc_ms: number;
};

/** Let a tasked sensor be used for a while. */
export type ArmAsked = {
  sensor_id: string;
  for_s: number;
  why: string;
};

/** A sensor that may be used. */
export type Armed = {
  sensor_id: string;
  until_utc_ms: number;
  by: string;
  why: string;
};

/** Whether every row of the audit is as it was written. */
export type AuditChecked = {
  is_whole: boolean;
  n_rows: number;
  problems: string[];
};

/** A row of the audit. */
export type AuditRowOut = {
  seq: number;
  t_utc_ms: number;
  who: string;
  role: string;
  what: string;
  of_what: string;
  why: string;
  why_parts: ReasonPart[];
  body: Record<string, unknown>;
  row_hash: string;
};

/** One zone of a generic body; never a picture of anybody. */
export type BodyZone = "torso_front" | "torso_back" | "waist" | "legs" | "arms" | "feet" | "bag";

/** Age and drift of the calibration of one sensor. */
export type CalibrationOut = {
  sensor_id: string;
  technology: string;
  calibration_id: string;
  is_simulated: boolean;
  made_utc_ms: number;
  expires_utc_ms: number;
  standing: "too_few" | "as_calibrated" | "higher" | "lower";
  since_utc_ms: number | null;
  n_base: number;
  t_utc_ms: number[];
  n: number[];
  off: number[];
  low: number[];
  high: number[];
  base_share: number[];
  late_share: number[];
  n_late: number;
  mean_factor: number | null;
  mean_factor_low: number | null;
  mean_factor_high: number | null;
  claims_too_much: boolean;
};

/** Calibrations of a site, and how their drift is found; ``edges`` in natural log factors. */
export type CalibrationsOut = {
  now_utc_ms: number;
  n_base_wanted: number;
  least_people: number;
  shift_hours: number;
  false_signal_every_shifts: number;
  told_days_before: number;
  edges: number[];
  charts: CalibrationOut[];
};

/** What changes all the time about an open incident. */
export type Card = {
  incident_id: string;
  track_id: number;
  reach: string;
  x_m: number;
  y_m: number;
  vx_m_per_s: number | null;
  vy_m_per_s: number | null;
  seen_s_ago: number;
  seconds_in_reach: number | null;
  p_threat: number | null;
  next_line: string | null;
  next_line_s: number | null;
  cued: CuedLook[];
};

/** What is wrong with a site file; nothing where it can be used. */
export type CheckedOut = {
  problems: string[];
  plan: Record<string, unknown> | null;
};

/** One sum of a control chart; ``subject`` is empty for the whole station. */
export type ControlOut = {
  subject: string;
  technology: string;
  wrong: "missed" | "false_answer";
  standing: "too_few" | "says_nothing" | "as_commissioned" | "worse";
  n_base: number;
  n_base_wrong: number;
  n_commissioned: number;
  t_utc_ms: number[];
  is_wrong: boolean[];
  sums: number[];
  restarted_utc_ms: number[];
  since_utc_ms: number | null;
  n_since: number;
  n_since_wrong: number;
  told_after: number;
};

/** A sensor that is about to look. */
export type CuedLook = {
  sensor_id: string;
  t_look_utc_ms: number;
};

/** The same, and why. */
export type CuedTask = {
  sensor_id: string;
  t_look_utc_ms: number;
  task_id: string;
  zone: string | null;
  reason: string;
};

/** Somebody chose another way of screening: counted, and never a suspicion. */
export type DeclinedAsked = {
  screened_otherwise: boolean;
};

/** How many chose another way, by day (UTC). */
export type DeclinedOut = {
  days: Record<string, Record<string, number>>;
};

/** What it was, by those who looked; it feeds the evaluation. */
export type Disposition = "threat" | "benign" | "system_fault" | "drill";

/** It was done. */
export type Done = {
  detail?: string;
};

/** Path excess, place by place as in the picture; None where no echo of the body was found. */
export type ExcessOut = {
  excess_mm: ((number | null)[])[];
  sigma_mm: ((number | null)[])[];
};

/** Which exercise. */
export type ExerciseAsked = {
  exercise: string;
};

/** Who on the plan is simulated, for those who may know; that it was one, for everybody. */
export type ExerciseMark = {
  exercise_id: string;
  exercise: string;
  is_running: boolean;
  ended_utc_ms: number | null;
  track_ids: number[];
};

/** What a sensor can see now, in whole percents; cell (ix, iy) is at ``ix * n_y + iy``. */
export type Field = {
  sensor_id: string;
  level_id: string;
  t_utc_ms: number;
  origin_site_m: number[];
  cell_m: number;
  n_x: number;
  n_y: number;
  p_report_percent: number[];
  p_detect_percent: number[];
};

/** Incidents shown as one line in a flood. */
export type GroupOut = {
  priority: Priority;
  level_id: string;
  incident_ids: string[];
};

/** One line of the history of an incident. */
export type Happened = {
  t_utc_ms: number;
  by: string;
  what: string;
  text: string;
};

/** How the sensors and the service are. */
export type HealthMessage = {
  type: "health";
  now_utc_ms: number;
  is_watching: boolean;
  troubles: TroubleOut[];
  sensors: SensorOut[];
  unknown_sensors: Record<string, number>;
  armed: Armed[];
  operating_point: PointOut;
  update_p95_ms: number | null;
  n_dropped_batches: number;
};

/** The first message of a live connection. */
export type HelloMessage = {
  type: "hello";
  version: number;
  site_id: string;
  account_id: string;
  now_utc_ms: number;
  is_simulated: boolean;
  is_exercise: boolean;
};

/** What other thresholds would have said: an alarm for each person at or above them. */
export type Highest = {
  started_utc_ms: number;
  duration_s: number;
  is_simulated: boolean;
  is_replay: boolean;
  p_alarm: number;
  has_truth?: boolean;
  truth_problem?: string;
  has_walk_tests?: boolean;
  people: HighestOfPerson[];
};

/** The highest posterior of somebody in a recording, and when. */
export type HighestOfPerson = {
  track_id: number;
  p_highest: number;
  at_s: number;
  coverage: number;
  outcome: string;
  carried?: string;
  is_threat?: boolean;
  carried_reference?: boolean;
};

/** An incident as it is told to the console. */
export type IncidentOut = {
  incident_id: string;
  version: number;
  subject: Subject;
  state: State;
  priority: Priority;
  reach: Reach;
  opened_utc_ms: number;
  changed_utc_ms: number;
  seen_utc_ms: number;
  track_id: number;
  level_id: string;
  x_site_m: number;
  y_site_m: number;
  zone: BodyZone | null;
  p_threat: number;
  p_highest: number;
  prior: number;
  coverage: number;
  sensors: string[];
  reason: string;
  reason_parts: ReasonPart[];
  exit_utc_ms: number | null;
  owner: string;
  offered_to: string;
  responder: string;
  escalations: number;
  shelved_until_utc_ms: number | null;
  is_returned_unacknowledged: boolean;
  disposition: Disposition | null;
  same_as: string;
  possible: Act[];
  history: Happened[];
  exercise: string;
};

/** Incidents that have changed; where ``is_all``, what is not in it is gone. */
export type IncidentsMessage = {
  type: "incidents";
  is_all: boolean;
  incidents: IncidentOut[];
  gone: string[];
  overview: OverviewOut;
};

/** All incidents that are kept. */
export type IncidentsOut = {
  incidents: IncidentOut[];
  overview: OverviewOut;
};

/** The token of a sign-in link. */
export type LinkAsked = {
  link_token: string;
};

/** A sign-in link that works once; its token is told this one time. */
export type LinkOut = {
  account_id: string;
  link_token: string;
};

/** Something that was said in a recording; the kind is the name of an event. */
export type Mark = {
  at_s: number;
  kind: string;
  of: string;
  text: string;
  state?: string;
  outcome?: string;
  reason_parts?: ReasonPart[];
  health_parts?: ReasonPart[];
};

/** Who is signed in, and what they may. */
export type Me = {
  account_id: string;
  roles: Role[];
  permissions: Permission[];
  csrf_token: string;
  expires_utc_ms: number;
  token?: string | null;
};

/** In which order incidents are shown. */
export type OverviewOut = {
  order: string[];
  shelved: string[];
  is_flood: boolean;
  n_recent: number;
  groups: GroupOut[];
};

/** A new password, and the old one; empty for who came by a link. */
export type PasswordAsked = {
  old?: string;
  new: string;
};

/** A picture on the generic figure; None where the sensor saw nothing. */
export type PatchOut = {
  sensor_id: string;
  look_id: string;
  t_utc_ms: number;
  zone: string | null;
  caption: string;
  across_m: number[];
  height_m: number[];
  values: ((number | null)[])[];
  excess: ExcessOut | null;
};

/** Everybody who is there, by columns; state: 0 pending, 1 nothing found, 2 alarm, 3 not. */
export type People = {
  track_id: number[];
  x_m: number[];
  y_m: number[];
  vx_m_per_s: number[];
  vy_m_per_s: number[];
  spread_m: number[];
  state: number[];
  is_thing: number[];
  level: number[];
};

/** What can be allowed. */
export type Permission = "see_picture" | "see_incidents" | "work_incidents" | "shelve" | "see_evidence" | "see_crops" | "stop" | "arm" | "propose_operating_point" | "confirm_operating_point" | "walk_test" | "record_declined" | "confirm_public_alert" | "see_replay" | "see_figures" | "exercise" | "know_exercises" | "edit_site" | "manage_accounts" | "manage_sensors" | "see_privacy" | "see_audit";

/** Where everybody is; the newest overtakes the others. */
export type PictureMessage = {
  type: "picture";
  t_utc_ms: number;
  now_utc_ms: number;
  age_s: number | null;
  is_stale: boolean;
  is_simulated: boolean;
  lag_s: number | null;
  n_updates: number;
  n_closed: Record<string, number>;
  people: People;
  cards: Card[];
  exercise: ExerciseMark | null;
};

/** Everything that is fixed about a place. */
export type Plan = {
  site_id: string;
  title: string;
  is_exercise: boolean;
  is_simulated: boolean;
  levels: PlanLevel[];
  lines: PlanLine[];
  sensors: PlanSensor[];
  zones: string[];
  operating_point: PointOut;
};

/** A floor; each wall is from and to. */
export type PlanLevel = {
  level_id: string;
  min_site_m: number[];
  max_site_m: number[];
  walls_site_m: number[][][];
};

/** A line on the floor; forward is to the right of the way from the first to the second. */
export type PlanLine = {
  line_id: string;
  role: string;
  level_id: string;
  from_site_m: number[];
  to_site_m: number[];
};

/** A sensor as surveyed. */
export type PlanSensor = {
  sensor_id: string;
  technology: string;
  level_id: string;
  position_site_m: number[];
  bearing_rad: number;
  rate_hz: number;
  calibration: string;
  is_tasked: boolean;
  reach: Reachable | null;
};

/** Another operating point. */
export type PointAsked = {
  p_alarm: number;
  min_coverage: number;
  wanted_zones: BodyZone[];
  why: string;
};

/** When a check is requested, and when enough was looked at. */
export type PointOut = {
  p_alarm: number;
  min_coverage: number;
  wanted_zones: string[];
};

/** How urgent; three, so that people can tell them apart. */
export type Priority = "low" | "medium" | "high";

/** What went wrong. */
export type Problem = {
  title: string;
  status: number;
  detail: string;
  where?: string[];
};

/** An operating point that somebody asks for, and what became of that. */
export type ProposalOut = {
  proposal_id: string;
  p_alarm: number;
  min_coverage: number;
  wanted_zones: BodyZone[];
  proposer: string;
  why: string;
  proposed_utc_ms: number;
  expires_utc_ms: number;
  state: string;
  decider: string;
};

/** A public warning, in words that the public can use. */
export type PublicAlertAsked = {
  text: string;
};

/** Where the person is, as far as the system knows. */
export type Reach = "followed" | "lost" | "gone";

/** Where a tasked sensor can look. */
export type Reachable = {
  spot_site_m: number[];
  reach_m: number;
};

/** One sentence of a reason. */
export type ReasonPart = {
  code: string;
  values: Record<string, string>;
};

/** A recording that can be looked back at. */
export type RecordingOut = {
  recording_id: string;
  site_id: string;
  started_utc_ms: number;
  is_simulated: boolean;
  n_bytes: number;
};

/** A picture of the past, in the form of the live one; ``at_s`` since the recording began. */
export type ReplayPicture = {
  type: "picture";
  t_utc_ms: number;
  now_utc_ms: number;
  age_s: number | null;
  is_stale: boolean;
  is_simulated: boolean;
  lag_s: number | null;
  n_updates: number;
  n_closed: Record<string, number>;
  people: People;
  cards: Card[];
  exercise: ExerciseMark | null;
  is_replay: boolean;
  at_s: number;
};

/** What somebody is at a site; one account may hold several roles. */
export type Role = "viewer" | "operator" | "supervisor" | "engineer" | "evaluator" | "auditor";

/** What somebody is from now on. */
export type RolesAsked = {
  roles: Role[];
};

/** What one look said of one zone. */
export type SaidOut = {
  zone: string | null;
  log10_factor: number | null;
  weight: number;
  words: string;
  attachment: number;
  counts: boolean;
  reason: string;
  reason_parts?: ReasonPart[];
  carried_from: number;
};

/** How a sensor is. */
export type SensorOut = {
  sensor_id: string;
  state: string;
  reason: string;
  message: string;
  message_parts: ReasonPart[];
  since_utc_ms: number | null;
  is_stale: boolean;
  age_s: number | null;
  rate_hz: number | null;
  nominal_hz: number;
  n_records: number;
  n_shed: number;
  n_lost: number;
  n_refused: number;
  n_errors: number;
};

/** Put an incident aside, or take it back (``for_s`` 0). */
export type ShelvingAsked = {
  for_s: number;
  text: string;
};

/** Figures of a span of time, for handing over. */
export type ShiftReport = {
  from_utc_ms: number;
  to_utc_ms: number;
  n_incidents: number;
  per_hour: number;
  per_10_min: number;
  target_per_10_min: number;
  most_in_10_min: number;
  by_priority: Record<string, number>;
  by_disposition: Record<string, number>;
  n_returned_unacknowledged: number;
  n_escalated: number;
  median_acknowledged_s: number | null;
  slowest_acknowledged_s: number | null;
  by_account: Record<string, number>;
  still_open: string[];
};

/** Name and password of an account. */
export type SignInAsked = {
  account_id: string;
  password: string;
};

/** The text of the site file, and of a draft. */
export type SiteFile = {
  toml: string;
  draft: string | null;
};

/** The text of a site file. */
export type SiteFileAsked = {
  toml: string;
};

/** How far people are with an incident. */
export type State = "new" | "acknowledged" | "in_progress" | "resolved" | "closed";

/** One look, and where it left the person. */
export type StepOut = {
  number: number;
  sensor_id: string;
  t_utc_ms: number;
  p_after: number;
  said: SaidOut[];
};

/** The stop button; a reason can be given later. */
export type StopAsked = {
  sensor_id?: string;
  why?: string;
};

/** What the incident is about. */
export type Subject = "person" | "thing";

/** How long a recording is, and what happened in it. */
export type Timeline = {
  started_utc_ms: number;
  duration_s: number;
  is_simulated: boolean;
  is_replay: boolean;
  marks: Mark[];
  plan?: Plan;
};

/** What is wrong with a part of the service; without parts it is known in English only. */
export type TroubleOut = {
  part: string;
  text: string;
  text_parts: ReasonPart[];
};

/** Control charts of the walk tests, and how they are made. */
export type WalkControl = {
  n_base_wanted: number;
  false_signal_every_tests: number;
  charts: ControlOut[];
};

/** A walk with a reference object. */
export type WalkTestAsked = {
  reference_object: string;
  zone: BodyZone;
};

/** Why a check was requested. */
export type Why = {
  t_utc_ms: number;
  outcome: string;
  reason: string;
  p_threat: number;
  prior: number;
  how_sure: string;
  zone: string | null;
  coverage: ZoneCoverage[];
  missing: string[];
  steps: StepOut[];
  cued: CuedTask[];
};

/** A reason, in plain words. */
export type WhyAsked = {
  why: string;
};

/** How well a zone was looked at. */
export type ZoneCoverage = {
  zone: string;
  covered: number;
  is_wanted: boolean;
};

export interface Endpoints {
  /** Return who may sign in, as what. */
  "GET /api/v1/accounts": { body: undefined; answer: AccountOut[]; query: undefined };
  /** Add an account; its holder comes in by a link and chooses a password. */
  "POST /api/v1/accounts": { body: AccountAsked; answer: LinkOut; query: undefined };
  /** Let somebody in no more. */
  "POST /api/v1/accounts/{account_id}/disable": { body: undefined; answer: Done; query: undefined };
  /** Let somebody in again, with the roles that they had; nobody does so for themselves. */
  "POST /api/v1/accounts/{account_id}/enable": { body: undefined; answer: Done; query: undefined };
  /** Make a link that signs somebody in once. */
  "POST /api/v1/accounts/{account_id}/link": { body: undefined; answer: LinkOut; query: undefined };
  /** Change what somebody is; nobody changes that of themselves. */
  "PUT /api/v1/accounts/{account_id}/roles": { body: RolesAsked; answer: Done; query: undefined };
  /** Return that the web server runs; nothing about the site. */
  "GET /api/v1/alive": { body: undefined; answer: Alive; query: undefined };
  /** Return who did what, newest first; the look is audited, too. */
  "GET /api/v1/audit": { body: undefined; answer: AuditRowOut[]; query: { before?: number; limit?: number; who?: string; what?: string; of_what?: string } };
  /** Return whether every row is as it was written. */
  "GET /api/v1/audit/verification": { body: undefined; answer: AuditChecked; query: undefined };
  /** Return the age of each calibration, and how far what its sensor says has drifted. */
  "GET /api/v1/calibrations": { body: undefined; answer: CalibrationsOut; query: undefined };
  /** Return who else is signed in and works on incidents: names to hand one over to. */
  "GET /api/v1/colleagues": { body: undefined; answer: string[]; query: undefined };
  /** Return how many chose another way of screening, by day. */
  "GET /api/v1/declined": { body: undefined; answer: DeclinedOut; query: undefined };
  /** Count somebody who chose another way; nothing about them is kept. */
  "POST /api/v1/declined": { body: DeclinedAsked; answer: DeclinedOut; query: undefined };
  /** Return exercises that ran and run, with their scores. */
  "GET /api/v1/exercises": { body: undefined; answer: (Record<string, unknown>)[]; query: undefined };
  /** Inject simulated passages, marked to the supervisor. */
  "POST /api/v1/exercises": { body: ExerciseAsked; answer: Record<string, unknown>; query: undefined };
  /** Return what can be begun, and why not where it cannot. */
  "GET /api/v1/exercises/known": { body: undefined; answer: (Record<string, unknown>)[]; query: undefined };
  /** End an exercise. */
  "POST /api/v1/exercises/{exercise_id}/end": { body: undefined; answer: Record<string, unknown>; query: undefined };
  /** Return how the sensors and the service are. */
  "GET /api/v1/health": { body: undefined; answer: HealthMessage; query: undefined };
  /** Return all incidents that are kept. */
  "GET /api/v1/incidents": { body: undefined; answer: IncidentsOut; query: undefined };
  /** Return one incident. */
  "GET /api/v1/incidents/{incident_id}": { body: undefined; answer: IncidentOut; query: undefined };
  /** Do something with an incident. */
  "POST /api/v1/incidents/{incident_id}/actions": { body: ActionAsked; answer: IncidentOut; query: undefined };
  /** Return a masked crop from a camera, where the site keeps any; the look is audited. */
  "GET /api/v1/incidents/{incident_id}/crops/{number}": { body: undefined; answer: unknown; query: undefined };
  /** Return what is in the evidence bundle; the look is audited. */
  "GET /api/v1/incidents/{incident_id}/evidence": { body: undefined; answer: Record<string, unknown>; query: undefined };
  /** Return one file of the evidence bundle, no crop; the look is audited. */
  "GET /api/v1/incidents/{incident_id}/evidence/{file}": { body: undefined; answer: unknown; query: undefined };
  /** Return pictures on the generic figure, while they are in memory; the look is audited. */
  "GET /api/v1/incidents/{incident_id}/patches": { body: undefined; answer: PatchOut[]; query: undefined };
  /** Let a public warning go out; only ever by a person. */
  "POST /api/v1/incidents/{incident_id}/public-alert": { body: PublicAlertAsked; answer: Done; query: undefined };
  /** Put an incident aside for a while, or take it back. */
  "POST /api/v1/incidents/{incident_id}/shelving": { body: ShelvingAsked; answer: IncidentOut; query: undefined };
  /** Return why a check was requested: plain words, then look by look. */
  "GET /api/v1/incidents/{incident_id}/why": { body: undefined; answer: Why; query: undefined };
  /** Return when a check is requested. */
  "GET /api/v1/operating-point": { body: undefined; answer: PointOut; query: undefined };
  /** Return what was asked for, newest first. */
  "GET /api/v1/operating-point/proposals": { body: undefined; answer: ProposalOut[]; query: undefined };
  /** Ask for another operating point; within an hour, somebody else must confirm. */
  "POST /api/v1/operating-point/proposals": { body: PointAsked; answer: ProposalOut; query: undefined };
  /** Be the second person; from then on it holds. */
  "POST /api/v1/operating-point/proposals/{proposal_id}/confirm": { body: undefined; answer: ProposalOut; query: undefined };
  /** Say no, or take one's own back. */
  "POST /api/v1/operating-point/proposals/{proposal_id}/decline": { body: WhyAsked; answer: ProposalOut; query: undefined };
  /** Let a tasked sensor be used for a while. */
  "POST /api/v1/orders/arm": { body: ArmAsked; answer: Done; query: undefined };
  /** Let a tasked sensor be used no more. */
  "POST /api/v1/orders/disarm": { body: StopAsked; answer: Done; query: undefined };
  /** Stop sensors and tasks: at once, and only then in the audit. */
  "POST /api/v1/orders/stop": { body: StopAsked; answer: Done; query: undefined };
  /** Return one live picture. */
  "GET /api/v1/picture": { body: undefined; answer: PictureMessage; query: undefined };
  /** Return what is kept, where, for how long, and what leaves the site. */
  "GET /api/v1/privacy": { body: undefined; answer: Record<string, unknown>; query: undefined };
  /** Return what can be looked back at. */
  "GET /api/v1/recordings": { body: undefined; answer: RecordingOut[]; query: undefined };
  /** Return the highest posterior of each person, to try other thresholds with. */
  "GET /api/v1/recordings/{recording_id}/highest": { body: undefined; answer: Highest; query: undefined };
  /** Return pictures of a recording, in the form of the live one, marked as replay. */
  "GET /api/v1/recordings/{recording_id}/pictures": { body: undefined; answer: ReplayPicture[]; query: { from_s?: number; to_s?: number; step_s?: number } };
  /** Return the marks of a recording; the look is audited. */
  "GET /api/v1/recordings/{recording_id}/timeline": { body: undefined; answer: Timeline; query: undefined };
  /** Sign out. */
  "DELETE /api/v1/session": { body: undefined; answer: Done; query: undefined };
  /** Return who is signed in, and what they may. */
  "GET /api/v1/session": { body: undefined; answer: Me; query: undefined };
  /** Sign in with a password. */
  "POST /api/v1/session": { body: SignInAsked; answer: Me; query: { as_token?: boolean } };
  /** Sign in with a link that works once. */
  "POST /api/v1/session/link": { body: LinkAsked; answer: Me; query: { as_token?: boolean } };
  /** Go to the site's provider of accounts. */
  "GET /api/v1/session/oidc": { body: undefined; answer: unknown; query: undefined };
  /** Come back from there, signed in. */
  "GET /api/v1/session/oidc/callback": { body: undefined; answer: unknown; query: undefined };
  /** Change one's own password; every session of the account ends. */
  "POST /api/v1/session/password": { body: PasswordAsked; answer: Done; query: undefined };
  /** Return figures of a span of time, for handing over. */
  "GET /api/v1/shift-report": { body: undefined; answer: ShiftReport; query: { from_utc_ms: number; to_utc_ms: number } };
  /** Return the plan of the site. */
  "GET /api/v1/site": { body: undefined; answer: Plan; query: undefined };
  /** Return the text of the site file, and of the draft if there is one. */
  "GET /api/v1/site-file": { body: undefined; answer: SiteFile; query: undefined };
  /** Return what is wrong with a site file, or its plan. */
  "POST /api/v1/site-file/check": { body: SiteFileAsked; answer: CheckedOut; query: undefined };
  /** Keep a draft; it holds once somebody puts it in place and starts the service again. */
  "PUT /api/v1/site-file/draft": { body: SiteFileAsked; answer: CheckedOut; query: undefined };
  /** Return what each sensor can see now. */
  "GET /api/v1/site/coverage": { body: undefined; answer: Field[]; query: undefined };
  /** Return the walk tests of late, newest first. */
  "GET /api/v1/walk-tests": { body: undefined; answer: (Record<string, unknown>)[]; query: undefined };
  /** Begin a walk with a reference object. */
  "POST /api/v1/walk-tests": { body: WalkTestAsked; answer: Record<string, unknown>; query: undefined };
  /** Return all that are kept, for charts over months, and whether they drift. */
  "GET /api/v1/walk-tests/chart": { body: undefined; answer: Record<string, unknown>; query: undefined };
  /** Return whether the station and each sensor do as at commissioning, over months. */
  "GET /api/v1/walk-tests/control": { body: undefined; answer: WalkControl; query: undefined };
  /** End a walk and return its score. */
  "POST /api/v1/walk-tests/{walk_test_id}/end": { body: undefined; answer: Record<string, unknown>; query: undefined };
  /** Return figures of the service for Prometheus; nobody and no place is in them. */
  "GET /metrics": { body: undefined; answer: unknown; query: undefined };
}
