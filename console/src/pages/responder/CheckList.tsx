import { t, word } from "../../i18n";
import { useLive } from "../../live/state";
import { PriorityChip } from "../../parts/incidents/signs";
import { follow } from "../../parts/route";
import { useMe } from "../../parts/session";
import { maySee, PAGES } from "../pages";
import type { Mine, Share } from "./mine";
import type { Spot } from "./spots";
import { useWhereabouts } from "./useWhereabouts";
import { metres, wayTo } from "./where";

interface Props {
  readonly list: readonly Mine[];
  readonly here: Spot | null;
  readonly install: (() => void) | null;
}

const JUST_S = 3;
const SHARES: readonly Share[] = ["accepted", "offered", "nobodys", "others"];

export function CheckList({ list, here, install }: Props) {
  return (
    <div className="responder-list">
      <h1>{t("responder.title")}</h1>
      {list.length === 0 && <p className="responder-none">{t("responder.none")}</p>}
      {SHARES.map((share) => {
        const some = list.filter((one) => one.share === share);
        return some.length === 0 ? null : (
          <section key={share} aria-label={t(`responder.share.${share}`)}>
            <h2>
              {t(`responder.share.${share}`)} <span className="number">({some.length})</span>
            </h2>
            {some.map((one) => (
              <Row key={one.incident.incident_id} one={one} here={here} />
            ))}
          </section>
        );
      })}
      {install !== null && (
        <button type="button" className="big" onClick={install}>
          ⤓ {t("responder.install")}
        </button>
      )}
      <OtherPages />
    </div>
  );
}

function Row({ one, here }: { readonly one: Mine; readonly here: Spot | null }) {
  const { incident, share } = one;
  const { place, card } = useWhereabouts(incident);
  const isSameLevel = here !== null && here.levelId === place.levelId;
  const reachS = card?.seconds_in_reach ?? null;
  return (
    <a
      className={`responder-row is-${incident.priority}`}
      href={`/responder/${encodeURIComponent(incident.incident_id)}`}
      onClick={follow}
    >
      <span className="responder-row-line">
        <PriorityChip priority={incident.priority} />
        <span className="grow">
          {incident.zone === null ? t("zone.none_check_all") : word("zone", incident.zone)}
        </span>
        {isSameLevel && <strong className="number">{t("responder.near", { metres: metres(wayTo(here, place).distanceM) })}</strong>}
      </span>
      <span className="responder-row-line dim">
        <span className="grow">
          {incident.subject === "thing" ? t("responder.thing") : t("responder.request")} · {incident.level_id}
        </span>
        <Seen unseenS={place.unseenS} />
      </span>
      {reachS !== null && share !== "accepted" && (
        <span className="responder-row-line number">◔ {t("responder.leaves", { seconds: Math.round(reachS) })}</span>
      )}
      {share === "others" && <span className="dim">{t("responder.taken", { who: incident.responder })}</span>}
    </a>
  );
}

function Seen({ unseenS }: { readonly unseenS: number }) {
  const seconds = Math.round(unseenS);
  return <span className="number">{unseenS < JUST_S ? t("responder.seen_just") : `⚠ ${t("responder.seen_now", { seconds })}`}</span>;
}

/** The bar has no room for them on a telephone. */
function OtherPages() {
  const me = useMe();
  const isSimulated = useLive((live) => live.hello?.is_simulated ?? false);
  const others = PAGES.filter((page) => page.path !== "/responder" && maySee(me, page));
  return (
    <nav className="responder-pages" aria-label={t("responder.other_pages")}>
      {others.map((page) => (
        <a key={page.path} className="button" href={page.path} onClick={follow}>
          {t(page.title)}
        </a>
      ))}
      {isSimulated && <span className="dim">{t("responder.exercise")}</span>}
    </nav>
  );
}
