// The pages, who may see them, and in which order they are offered.
import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { Me, Permission } from "../api/types";
import type { Key } from "../i18n";

export interface Page {
  readonly path: string;
  readonly title: Key;
  /** Any of them. */
  readonly asks: readonly Permission[];
  readonly Body: LazyExoticComponent<ComponentType>;
}

export const PAGES: readonly Page[] = [
  { path: "/", title: "page.live", asks: ["see_picture"], Body: lazy(() => import("./live/LivePage")) },
  { path: "/evidence", title: "page.evidence", asks: ["see_incidents"], Body: lazy(() => import("./evidence/EvidencePage")) },
  { path: "/responder", title: "page.responder", asks: ["work_incidents"], Body: lazy(() => import("./responder/ResponderPage")) },
  { path: "/time", title: "page.time", asks: ["see_replay"], Body: lazy(() => import("./time/TimePage")) },
  { path: "/exercise", title: "page.exercise", asks: ["know_exercises"], Body: lazy(() => import("./exercise/ExercisePage")) },
  { path: "/shift", title: "page.shift", asks: ["walk_test", "see_figures"], Body: lazy(() => import("./shift/ShiftPage")) },
  { path: "/setup", title: "page.setup", asks: ["edit_site", "propose_operating_point", "see_privacy"], Body: lazy(() => import("./setup/SetupPage")) },
  { path: "/accounts", title: "page.accounts", asks: ["manage_accounts"], Body: lazy(() => import("./accounts/AccountsPage")) },
  { path: "/audit", title: "page.audit", asks: ["see_audit"], Body: lazy(() => import("./audit/AuditPage")) },
];

export function maySee(me: Me, page: Page): boolean {
  return page.asks.some((one) => me.permissions.includes(one));
}

/** The page of a path: `/evidence/metro-000001` is the page of evidence. */
export function pageOf(path: string): Page | undefined {
  const first = `/${path.split("/")[1] ?? ""}`;
  return PAGES.find((page) => page.path === first);
}
