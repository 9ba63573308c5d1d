// Accounts as the service tells them, and what each role may do.
import type { AccountOut, Role } from "../../api/types";

export interface Account extends AccountOut {
  readonly has_password?: boolean;
  readonly is_openid?: boolean;
  readonly made_utc_ns?: number;
}

/** In the order in which they are offered: from who sees least to who sees what others did. */
export const ROLES: readonly Role[] = ["viewer", "operator", "supervisor", "engineer", "evaluator", "auditor"];

/** Return the address that signs somebody in once; the token stays behind `#`, where no log sees it. */
export function linkAddress(origin: string, token: string): string {
  return `${origin}/#link=${encodeURIComponent(token)}`;
}

/** Names as the service takes them. */
export const NAME_PATTERN = "[a-z0-9][a-z0-9._@\\-]{0,63}";

export function withRole(roles: readonly Role[], role: Role, isGiven: boolean): Role[] {
  return ROLES.filter((one) => (one === role ? isGiven : roles.includes(one)));
}

export function sameRoles(a: readonly Role[], b: readonly Role[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}

/** Enabled accounts first, then by name. */
export function inOrder(accounts: readonly Account[]): Account[] {
  return [...accounts].sort(
    (a, b) => Number(a.is_disabled) - Number(b.is_disabled) || a.account_id.localeCompare(b.account_id),
  );
}
