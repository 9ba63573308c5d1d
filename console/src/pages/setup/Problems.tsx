import type { CheckedOut } from "../../api/types";
import { t } from "../../i18n";
import type { Item } from "./siteItems";

interface Props {
  readonly checked: CheckedOut | null;
  readonly isChecking: boolean;
  readonly items: readonly Item[];
  readonly onGo: (item: Item) => void;
}

/** Every problem of the file, each with the way to what it is about. */
export function Problems({ checked, isChecking, items, onGo }: Props) {
  // The first line only counts them.
  const lines = (checked?.problems ?? []).filter((one) => !/^site .*: \d+ problems?$/.test(one)).map((one) => one.replace(/^\s*-\s*/, ""));
  return (
    <section className="editor-problems" aria-live="polite">
      {isChecking && <p className="dim">… {t("setup.checking")}</p>}
      {!isChecking && checked !== null && lines.length === 0 && <p className="is-good">✓ {t("setup.no_problem")}</p>}
      {lines.length > 0 && (
        <>
          <p className="problem">
            <strong>✕ {t("setup.problems", { n: lines.length })}</strong>
          </p>
          <ul>
            {lines.map((line) => {
              const about = aboutOf(line, items);
              return (
                <li key={line}>
                  {line}{" "}
                  {about !== undefined && (
                    <button type="button" onClick={() => onGo(about)}>
                      {t("setup.go_to")} {about.id}
                    </button>
                  )}
                </li>
              );
            })}
          </ul>
        </>
      )}
    </section>
  );
}

/** Which sensor or line a problem names, in brackets or in quotes. */
export function aboutOf(line: string, items: readonly Item[]): Item | undefined {
  return items.find((one) => line.includes(`(${one.id})`) || line.includes(`'${one.id}'`));
}
