import { t } from "../i18n";
import { useLive } from "../live/state";
import { useTick } from "./clock";
import { ExerciseBanner } from "./ExerciseBanner";
import { Troubles } from "./Troubles";

/** What must be seen on every page: that nothing is watched, that it is an exercise. */
export function Banners({ isWatching }: { readonly isWatching: boolean }) {
  const link = useLive((live) => live.link);
  const heardAt = useLive((live) => live.heardAt);
  const picture = useLive((live) => live.picture);
  const pictureAt = useLive((live) => live.pictureAt);
  const hello = useLive((live) => live.hello);
  const health = useLive((live) => live.health);
  const now = useTick(500);
  const silentS = Math.max(0, Math.round((now - heardAt) / 1000));
  const ageS = picture === null ? null : (picture.age_s ?? Infinity) + (now - pictureAt) / 1000;
  const isOld = picture !== null && (picture.is_stale || (ageS ?? 0) > 3);
  return (
    <div className="banners">
      {isWatching && link === "connecting" && <p className="banner" role="status">{t("link.connecting")}</p>}
      {isWatching && link === "lost" && (
        <p className="banner lost" role="alert">
          ⚠ {t("link.lost", { seconds: Number.isFinite(silentS) ? silentS : "?" })}
        </p>
      )}
      {isWatching && link === "full" && <p className="banner lost" role="alert">⚠ {t("link.full")}</p>}
      {link === "open" && isOld && (
        <p className="banner lost" role="alert">
          ⚠ {t("age.picture_stale", { seconds: ageS !== null && Number.isFinite(ageS) ? Math.round(ageS) : "–" })}
        </p>
      )}
      <Troubles troubles={health?.troubles ?? []} />
      <ExerciseBanner />
      {(hello?.is_exercise || hello?.is_simulated) && <p className="banner exercise">◩ {t("banner.exercise")}</p>}
    </div>
  );
}
