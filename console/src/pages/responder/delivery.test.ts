// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { ApiError } from "../../api/client";
import type { IncidentOut } from "../../api/types";
import { type Deed, Delivery } from "./delivery";

const answer = { incident_id: "a" } as IncidentOut;
const soon = () => Promise.resolve();

describe("delivery over a bad link", () => {
  it("sends again under the same key until it arrives", async () => {
    const keys: string[] = [];
    const done = vi.fn();
    const send = (deed: Deed) => {
      keys.push(deed.key);
      return keys.length < 4 ? Promise.reject(new ApiError(0, "no-answer")) : Promise.resolve(answer);
    };
    const delivery = new Delivery(done, send, (ms) => (ms === 6000 ? new Promise(() => undefined) : soon()));
    await delivery.act("a", { act: "accept" });
    expect(keys.length).toBe(4);
    expect(new Set(keys).size).toBe(1);
    expect(done).toHaveBeenCalledWith(answer);
    expect(delivery.all()).toMatchObject([{ standing: "done", tries: 4 }]);
  });

  it("tells a refusal, and does not try it again", async () => {
    const send = vi.fn(() => Promise.reject(new ApiError(409, "ben is on the way already")));
    const delivery = new Delivery(() => undefined, send, soon);
    await delivery.act("a", { act: "accept" });
    expect(send).toHaveBeenCalledTimes(1);
    expect(delivery.all()[0]).toMatchObject({ standing: "refused", error: { message: "ben is on the way already" } });
  });

  it("takes two presses for one, and can be taken back", async () => {
    let n = 0;
    const delivery: Delivery = new Delivery(
      () => undefined,
      () => {
        n += 1;
        return Promise.reject(new ApiError(503, "not now"));
      },
      () => {
        void delivery.act("a", { act: "accept" });
        delivery.forget(delivery.all()[0]?.key ?? "");
        return Promise.resolve();
      },
    );
    await delivery.act("a", { act: "accept" });
    expect(n).toBe(1);
    expect(delivery.all()).toEqual([]);
  });
});
