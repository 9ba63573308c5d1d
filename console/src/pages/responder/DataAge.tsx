import { t } from "../../i18n";
import { useLive } from "../../live/state";
import { useTick } from "../../parts/clock";

const STALE_S = 4;

/** How old everything on the page is; old data shout. */
export function DataAge({ isThin }: { readonly isThin: boolean }) {
  const now = useTick(500);
  const pictureAt = useLive((live) => live.pictureAt);
  const age = useLive((live) => live.picture?.age_s ?? null);
  const isOld = useLive((live) => live.picture?.is_stale ?? false);
  if (pictureAt === -Infinity) {
    return <p className="responder-age is-stale" role="alert">⚠ {t("responder.no_data")}</p>;
  }
  const seconds = (now - pictureAt) / 1000 + (age ?? 0);
  if (isOld || age === null || seconds > STALE_S) {
    return (
      <p className="responder-age is-stale" role="alert">
        ⚠ {t("responder.stale", { seconds: Math.round(seconds) })}
      </p>
    );
  }
  return (
    <p className="responder-age">
      <span className="number">● {t("responder.age", { seconds: Math.max(seconds, 0).toFixed(0) })}</span>
      {isThin && <span> · {t("responder.thin")}</span>}
    </p>
  );
}
