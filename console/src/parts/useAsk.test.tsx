import { cleanup, renderHook, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { useAsk } from "./useAsk";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it("asks again by itself for what is being made ready, and for nothing that was refused", async () => {
  const asked: string[] = [];
  const answers = [
    new Response(JSON.stringify({ detail: "it is being made ready" }), { status: 429 }),
    new Response(JSON.stringify({ n: 7 })),
  ];
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    return Promise.resolve(path.endsWith("/not") ? new Response("{}", { status: 403 }) : answers.shift());
  });
  const ready = renderHook(() => useAsk<{ n: number }>("/ready"));
  const refused = renderHook(() => useAsk("/not"));
  await waitFor(() => expect(ready.result.current.data).toEqual({ n: 7 }), { timeout: 10_000 });
  expect(refused.result.current.error).not.toBeNull();
  expect(asked.filter((path) => path.endsWith("/ready"))).toHaveLength(2);
  expect(asked.filter((path) => path.endsWith("/not"))).toHaveLength(1);
}, 15_000);
