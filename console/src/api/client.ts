// Requests to the service. Every action carries a key, so that a repeated one is done once.

export class ApiError extends Error {
  readonly status: number;
  readonly where: readonly string[];

  constructor(status: number, detail: string, where: readonly string[] = []) {
    super(detail);
    this.status = status;
    this.where = where;
  }
}

let csrfToken = "";

/** Remember the token that every request with a cookie must carry. */
export function useCsrf(token: string): void {
  csrfToken = token;
}

export interface Ask {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: unknown;
  /** Of the action: the same key again is the same action. A new one is made when left out. */
  readonly key?: string;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 10_000;

/** Ask the service; throws `ApiError` with words that people can read. */
export async function ask<T>(path: string, { method = "GET", body, key, signal }: Ask = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") {
    headers["Idempotency-Key"] = key ?? crypto.randomUUID();
    headers["X-Standex-CSRF"] = csrfToken;
  }
  const tooLong = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, tooLong]) : tooLong,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "no-answer");
  }
  if (response.ok) return (await response.json()) as T;
  const told: unknown = await response.json().catch(() => null);
  const problem = (told ?? {}) as { detail?: string; where?: string[] };
  throw new ApiError(response.status, problem.detail ?? response.statusText, problem.where ?? []);
}
