import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Role } from "../../api/types";
import { type Account, inOrder, linkAddress, NAME_PATTERN, sameRoles, withRole } from "./account";
import { AddAccount } from "./AddAccount";
import { OneTimeLink } from "./OneTimeLink";

afterEach(cleanup);

test("the token stays behind the hash of the address", () => {
  const address = new URL(linkAddress("https://here:8443", "a/b+c"));
  expect(address.pathname).toBe("/");
  expect(new URLSearchParams(address.hash.slice(1)).get("link")).toBe("a/b+c");
});

test("roles are given and taken away, in one order", () => {
  expect(withRole(["auditor"], "operator", true)).toEqual(["operator", "auditor"]);
  expect(withRole(["operator", "auditor"], "operator", false)).toEqual(["auditor"]);
  expect(sameRoles(["operator", "auditor"], ["auditor", "operator"])).toBe(true);
});

test("those who may sign in come first", () => {
  const account = (account_id: string, is_disabled: boolean): Account => ({ account_id, roles: [], is_disabled });
  expect(inOrder([account("b", false), account("a", true), account("c", false)]).map((one) => one.account_id)).toEqual(["b", "c", "a"]);
});

test("names are those that the service takes", () => {
  const pattern = new RegExp(`^(?:${NAME_PATTERN})$`, "v");
  expect(["anna.k", "a-b_c@d"].every((one) => pattern.test(one))).toBe(true);
  expect(["Anna", ".a", "a b", ""].some((one) => pattern.test(one))).toBe(false);
});

test("an account is added with its name and roles, and kept in the form when that failed", async () => {
  const onAdd = vi.fn((_name: string, _roles: readonly Role[]) => Promise.resolve(false));
  render(<AddAccount isBusy={false} onAdd={onAdd} />);
  const button = screen.getByRole("button") as HTMLButtonElement;
  expect(button.disabled).toBe(true);
  const name = screen.getByRole("textbox") as HTMLInputElement;
  fireEvent.change(name, { target: { value: "erik" } });
  fireEvent.click(screen.getAllByRole("checkbox")[1] as HTMLElement);
  fireEvent.click(button);
  await Promise.resolve();
  expect(onAdd).toHaveBeenCalledWith("erik", ["operator"]);
  expect(name.value).toBe("erik");
});

test("a link that was told already is not shown as one", () => {
  HTMLDialogElement.prototype.showModal ??= vi.fn();
  render(<OneTimeLink link={{ account_id: "erik", link_token: "" }} onClose={() => undefined} />);
  expect(screen.queryByRole("textbox", { hidden: true })).toBeNull();
  expect(screen.getByRole("alert", { hidden: true })).toBeTruthy();
});
