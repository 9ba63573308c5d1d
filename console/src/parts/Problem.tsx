import { ApiError } from "../api/client";
import { t } from "../i18n";

/** Words for what went wrong. */
export function problemText(error: unknown): string {
  if (error instanceof ApiError) {
    return error.status === 0 ? t("error.no_answer") : [error.message, ...error.where].join(" · ");
  }
  return error instanceof Error ? error.message : String(error);
}

export function Problem({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <p className="problem" role="alert">
      {t("error.title")}{t("sign.colon")} {problemText(error)}
    </p>
  );
}
