import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Language, LANGUAGES, setLanguage, t } from "../../i18n";
import { useKeyPart, useKeys } from "./keyList";
import { setKeysOn } from "./keys";
import { KeysHelp } from "./KeysHelp";

function Page({ run }: { readonly run: () => void }) {
  useKeys(t("page.audit"), { j: { does: t("key.next_row"), run }, Escape: { does: t("audit.all"), run } });
  useKeyPart(() => ({ title: t("keys.everywhere"), rows: [["?", t("keys.this")]] }));
  return <input aria-label="words" />;
}

const press = (key: string, at: Element = document.body): boolean => fireEvent.keyDown(at, { key });

afterEach(() => {
  cleanup();
  setKeysOn(true);
  setLanguage("en");
});

describe("the list of keys", () => {
  it("opens with ? and tells the keys of whatever is on the page, in every language", () => {
    for (const language of Object.keys(LANGUAGES) as Language[]) {
      setLanguage(language);
      render(<><KeysHelp /><Page run={() => undefined} /></>);
      press("?");
      expect(screen.getAllByRole("term", { hidden: true }).map((one) => one.textContent)).toEqual(["j", "Esc", "?"]);
      expect(screen.getByText(t("key.next_row"))).toBeTruthy();
      expect(screen.getByText(t("keys.this"))).toBeTruthy();
      cleanup();
    }
  });

  it("tells nothing of what has left the page", () => {
    const { rerender } = render(<><KeysHelp /><Page run={() => undefined} /></>);
    rerender(<KeysHelp />);
    press("?");
    expect(screen.queryByText(t("key.next_row"))).toBeNull();
  });
});

describe("keys of a page", () => {
  it("are heard, though not where somebody writes", () => {
    const run = vi.fn();
    render(<Page run={run} />);
    press("j");
    expect(run).toHaveBeenCalledTimes(1);
    press("j", screen.getByLabelText("words"));
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("are Escape alone while letters are switched off", () => {
    const run = vi.fn();
    render(<><KeysHelp /><Page run={run} /></>);
    setKeysOn(false);
    press("j");
    press("?");
    expect(run).not.toHaveBeenCalled();
    expect(screen.queryByText(t("keys.this"))).toBeNull();
    press("Escape");
    expect(run).toHaveBeenCalledTimes(1);
  });
});
