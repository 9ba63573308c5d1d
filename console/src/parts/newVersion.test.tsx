import { cleanup, render, screen } from "@testing-library/react";
import { lazy, Suspense } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setLanguage } from "../i18n";
import { whyLost } from "./newVersion";
import { PageEdge } from "./PageEdge";

const GONE = new TypeError("Failed to fetch dynamically imported module: http://x/assets/EvidencePage-old.js");

function serves(entry: string, status = 200): typeof fetch {
  return vi.fn(() => Promise.resolve(new Response(`<script type="module" src="${entry}"></script>`, { status }))) as never;
}

beforeEach(() => {
  setLanguage("en");
  document.head.innerHTML = '<script type="module" src="/assets/index-mine.js"></script>';
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("a piece that is gone because there is a newer build is told from a service that is away", async () => {
  expect(await whyLost(GONE, serves("/assets/index-newer.js"))).toBe("replaced");
  expect(await whyLost(GONE, serves("/assets/index-mine.js"))).toBe("silent");
  expect(await whyLost(GONE, serves("/assets/index-newer.js", 503))).toBe("silent");
  expect(await whyLost(GONE, () => Promise.reject(new TypeError("Failed to fetch")))).toBe("silent");
});

test("an error of our own is no newer build", async () => {
  const asked = serves("/assets/index-newer.js");
  expect(await whyLost(new TypeError("x is undefined"), asked)).toBe("broken");
  expect(await whyLost("thrown", asked)).toBe("broken");
  expect(asked).not.toHaveBeenCalled();
});

test("every browser's words are known", async () => {
  for (const words of ["error loading dynamically imported module: /a.js", "Importing a module script failed.", "Unable to preload CSS for /assets/a.css"]) {
    expect(await whyLost(new Error(words), serves("/assets/index-newer.js"))).toBe("replaced");
  }
});

test("a page whose piece is gone says so and offers to reload; what is around it stays", async () => {
  vi.stubGlobal("fetch", serves("/assets/index-newer.js"));
  const Page = lazy(() => Promise.reject(GONE));
  render(
    <>
      <p>top bar</p>
      <PageEdge>
        <Suspense fallback="…">
          <Page />
        </Suspense>
      </PageEdge>
    </>,
  );
  expect(await screen.findByText(/newer version of this console/)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Reload" })).toBeTruthy();
  expect(screen.getByText("top bar")).toBeTruthy();
});
