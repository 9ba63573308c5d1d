import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Me } from "../../api/types";
import { forgetLive, liveState, setLive } from "../../live/state";
import { SessionContext } from "../session";
import { Deeds } from "./Deeds";
import { incidentOf } from "./testing";

const ME: Me = { account_id: "anna", roles: ["supervisor"], permissions: ["see_incidents", "work_incidents", "shelve"], csrf_token: "", expires_utc_ms: 0 };
const NEW = incidentOf("m-1", { possible: ["acknowledge", "take", "escalate", "hand_over", "note", "dismiss", "shelve"] });

interface Sent {
  readonly path: string;
  readonly key: string;
  readonly body: unknown;
}

let sent: Sent[] = [];
let answers: (() => Promise<Response>)[] = [];

const answered = (body: unknown, status = 200) => () =>
  Promise.resolve(new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } }));

beforeEach(() => {
  sent = [];
  answers = [];
  setLive({ incidents: new Map([["m-1", NEW]]) });
  vi.stubGlobal("fetch", (path: string, init: { headers: Record<string, string>; body: string }) => {
    sent.push({ path, key: init.headers["Idempotency-Key"] ?? "", body: JSON.parse(init.body) as unknown });
    return (answers.shift() ?? answered(NEW))();
  });
});
afterEach(() => {
  cleanup();
  forgetLive();
  vi.unstubAllGlobals();
});

function show(me: Me = ME, incident = NEW) {
  return render(
    <SessionContext value={me}>
      <Deeds incident={incident} names={["boris"]} />
    </SessionContext>,
  );
}

describe("what an operator does", () => {
  it("acknowledges at the press of a key, and shows it only once it was done", async () => {
    let done: (response: Response) => void = () => undefined;
    answers = [() => new Promise((resolve) => { done = resolve; })];
    show();
    fireEvent.keyDown(document.body, { key: "a" });
    expect(liveState().incidents.get("m-1")?.state).toBe("new");
    expect(sent[0]).toMatchObject({ path: "/api/v1/incidents/m-1/actions", body: { act: "acknowledge" } });
    done(new Response(JSON.stringify({ ...NEW, version: 2, state: "acknowledged" })));
    await waitFor(() => expect(liveState().incidents.get("m-1")?.state).toBe("acknowledged"));
  });

  it("tells what went wrong, and tries the same again under the same key", async () => {
    answers = [() => Promise.reject(new TypeError("network"))];
    show();
    fireEvent.keyDown(document.body, { key: "a" });
    await screen.findByRole("alert");
    fireEvent.keyDown(document.body, { key: "a" });
    await waitFor(() => expect(sent.length).toBe(2));
    expect(sent[1]?.key).toBe(sent[0]?.key);
    expect(sent[0]?.key).toMatch(/^[A-Za-z0-9_-]{8,64}$/);
  });

  it("sends a key that is held down once", async () => {
    show();
    for (let n = 0; n < 5; n += 1) fireEvent.keyDown(document.body, { key: "a" });
    await waitFor(() => expect(sent.length).toBe(1));
  });

  it("takes no key that is typed in a field, or with others", () => {
    const { container } = show();
    const field = document.createElement("input");
    container.append(field);
    fireEvent.keyDown(field, { key: "a" });
    fireEvent.keyDown(document.body, { key: "a", ctrlKey: true });
    expect(sent).toEqual([]);
  });

  it("asks for words before it escalates", async () => {
    show();
    fireEvent.keyDown(document.body, { key: "e" });
    const words = await screen.findByRole("textbox", { hidden: true });
    fireEvent.keyDown(words, { key: "Enter" });
    expect(await screen.findByText("Say why, in a few words.")).toBeTruthy();
    expect(sent).toEqual([]);
    fireEvent.change(words, { target: { value: "two of them" } });
    fireEvent.keyDown(words, { key: "Enter" });
    await waitFor(() => expect(sent[0]?.body).toEqual({ act: "escalate", text: "two of them" }));
  });

  it("dismisses only for a reason and never as a threat", async () => {
    show();
    fireEvent.keyDown(document.body, { key: "d" });
    const kinds = await screen.findAllByRole("radio", { hidden: true });
    expect(kinds.length).toBe(3);
    fireEvent.click(kinds[0]!);
    fireEvent.change(screen.getByRole("textbox", { hidden: true }), { target: { value: "a flask" } });
    fireEvent.click(screen.getByRole("button", { name: "Dismiss", hidden: true }));
    await waitFor(() => expect(sent[0]?.body).toEqual({ act: "dismiss", text: "a flask", disposition: "benign" }));
  });

  it("offers nothing to who may only look", () => {
    show({ ...ME, permissions: ["see_incidents"] });
    fireEvent.keyDown(document.body, { key: "a" });
    expect(sent).toEqual([]);
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("keeps what is newer than the answer", async () => {
    setLive({ incidents: new Map([["m-1", { ...NEW, version: 9, state: "in_progress" }]]) });
    answers = [answered({ ...NEW, version: 2, state: "acknowledged" })];
    show();
    fireEvent.keyDown(document.body, { key: "a" });
    await waitFor(() => expect(sent.length).toBe(1));
    expect(liveState().incidents.get("m-1")?.state).toBe("in_progress");
  });
});
