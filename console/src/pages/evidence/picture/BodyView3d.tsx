import { type ReactNode, useEffect, useRef, useState } from "react";
import type { PatchOut } from "../../../api/types";
import { t } from "../../../i18n";
import { LostPage } from "../../../parts/PageEdge";
import type { Span } from "../chart/scale";
import type { BodyView } from "./body3d";
import { sideOf } from "./figure";

interface Props {
  readonly patches: readonly PatchOut[];
  readonly span: Span;
  /** Shown where the browser cannot draw in three dimensions. */
  readonly instead: ReactNode;
}

const STEP = Math.PI / 18;
const ASIDE = 2; // rad: what lies behind the back is seen best from there

/** The generic body, to be turned with pointer, keys or buttons. */
export function BodyView3d({ patches, span, instead }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<BodyView | null>(null);
  const [isMissing, setMissing] = useState(false);
  const [lost, setLost] = useState<unknown>(null);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    let mine: BodyView | null = null;
    let isGone = false;
    const watch = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(() => mine?.resize());
    void import("./body3d").then(
      ({ openBody }) => {
        if (isGone) return;
        mine = openBody(element);
        setView(mine);
        setMissing(mine === null);
        watch?.observe(element);
      },
      (error: unknown) => setLost(error),
    );
    return () => {
      isGone = true;
      watch?.disconnect();
      mine?.close();
      setView(null);
    };
  }, []);

  useEffect(() => view?.show(patches, span), [view, patches, span]);
  const isBehind = patches.length > 0 && patches.every((one) => sideOf(one.zone) === "side");
  useEffect(() => view?.face(isBehind ? ASIDE : 0.5), [view, isBehind]);

  if (lost !== null) return <LostPage error={lost} />;
  if (isMissing) {
    return (
      <div className="stack">
        <p role="status">{t("picture.no_3d")}</p>
        {instead}
      </div>
    );
  }
  const key = (event: React.KeyboardEvent): void => {
    const deed: (() => void) | undefined = {
      ArrowLeft: () => view?.turn(-STEP, 0),
      ArrowRight: () => view?.turn(STEP, 0),
      ArrowUp: () => view?.turn(0, STEP),
      ArrowDown: () => view?.turn(0, -STEP),
      "+": () => view?.zoom(0.85),
      "-": () => view?.zoom(1 / 0.85),
      Home: () => view?.face(0),
      End: () => view?.face(Math.PI),
    }[event.key];
    if (deed === undefined) return;
    event.preventDefault();
    deed();
  };
  return (
    <div className="stack">
      <div
        ref={host}
        className="body-3d"
        role="application"
        tabIndex={0}
        aria-label={`${t("picture.body_3d")}. ${t("picture.keys_3d")}`}
        onKeyDown={key}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) => {
          if (event.buttons === 1) view?.turn(-event.movementX * 0.01, event.movementY * 0.01);
        }}
      />
      <div className="row">
        <button type="button" onClick={() => view?.face(0)}>{t("side.front")}</button>
        <button type="button" onClick={() => view?.face(Math.PI)}>{t("side.back")}</button>
        <button type="button" aria-label={t("picture.turn_left")} onClick={() => view?.turn(-STEP * 2, 0)}>⟲</button>
        <button type="button" aria-label={t("picture.turn_right")} onClick={() => view?.turn(STEP * 2, 0)}>⟳</button>
        <button type="button" aria-label={t("picture.nearer")} onClick={() => view?.zoom(0.85)}>+</button>
        <button type="button" aria-label={t("picture.farther")} onClick={() => view?.zoom(1 / 0.85)}>−</button>
      </div>
      <p className="dim">{t("picture.keys_3d")}</p>
    </div>
  );
}
