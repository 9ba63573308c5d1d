// The page itself can be kept on the telephone; see public/worker.js for what is never kept.
import { useCallback, useEffect, useState } from "react";

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

async function keepShell(): Promise<void> {
  const registration = await navigator.serviceWorker.register("/worker.js");
  await navigator.serviceWorker.ready;
  const files = performance
    .getEntriesByType("resource")
    .map((one) => new URL(one.name).pathname)
    .filter((path) => path.startsWith("/assets/"));
  registration.active?.postMessage(files);
}

/** Keep the page for a bad link; returns what installs it, where the browser offers that. */
export function useShellKept(): (() => void) | null {
  const [prompt, setPrompt] = useState<InstallPrompt | null>(null);
  useEffect(() => {
    // Without it the page works just the same, as long as there is a link.
    if (import.meta.env.PROD && "serviceWorker" in navigator) keepShell().catch(() => undefined);
    const offered = (event: Event): void => {
      event.preventDefault();
      setPrompt(event as InstallPrompt);
    };
    addEventListener("beforeinstallprompt", offered);
    return () => removeEventListener("beforeinstallprompt", offered);
  }, []);
  const install = useCallback(() => {
    void prompt?.prompt();
    setPrompt(null);
  }, [prompt]);
  return prompt === null ? null : install;
}
