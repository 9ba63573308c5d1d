import { t } from "../../i18n";
import { useLive } from "../../live/state";
import { useTick } from "../../parts/clock";

const OLD_S = 3;

/** How old everything on the page is; that nobody is watched is told above, as on every page. */
export function DataAge({ isThin }: { readonly isThin: boolean }) {
  const now = useTick(500);
  const pictureAt = useLive((live) => live.pictureAt);
  const age = useLive((live) => live.picture?.age_s ?? null);
  const isStale = useLive((live) => live.picture?.is_stale ?? false);
  if (pictureAt === -Infinity) {
    return <p className="responder-age is-old" role="alert">⚠ {t("responder.no_data")}</p>;
  }
  const seconds = Math.max((now - pictureAt) / 1000 + (age ?? 0), 0);
  const isOld = isStale || age === null || seconds > OLD_S;
  return (
    <p className={isOld ? "responder-age is-old" : "responder-age"}>
      <span className="number">
        {isOld ? "⚠" : "●"} {t(isOld ? "responder.stale" : "responder.age", { seconds: Math.round(seconds) })}
      </span>
      {isThin && <span> · {t("responder.thin")}</span>}
    </p>
  );
}
