// A build replaces the pieces of the console; a tab that was open before asks for pieces that are gone.

/** Why something could not be loaded: a newer build, a service that does not answer, or our own fault. */
export type Lost = "replaced" | "silent" | "broken";

// Each browser says it in its own words, and Vite in its own for a style sheet.
const NOT_LOADED = /dynamically imported module|importing a module script|unable to preload|loading chunk/i;

/** Return why a page is lost; the service is asked for its first page, which names the build. */
export async function whyLost(error: unknown, fetchPage: typeof fetch = fetch): Promise<Lost> {
  if (!(error instanceof Error) || !NOT_LOADED.test(error.message)) return "broken";
  let text: string;
  try {
    const answer = await fetchPage("/", { cache: "no-store" });
    if (!answer.ok) return "silent";
    text = await answer.text();
  } catch {
    return "silent";
  }
  const mine = entryOf(document);
  return mine !== null && !text.includes(mine) ? "replaced" : "silent";
}

/** Return the script that this tab began with. */
function entryOf(page: Document): string | null {
  const script = page.querySelector<HTMLScriptElement>("script[type=module][src]");
  return script === null ? null : new URL(script.src, location.href).pathname;
}
