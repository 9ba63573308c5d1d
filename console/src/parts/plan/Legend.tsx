import { t } from "../../i18n";

/** What the shapes mean; the same shapes as on the plan. */
export function Legend({ onClose }: { readonly onClose: () => void }) {
  return (
    <section className="plan-legend panel" aria-label={t("plan.legend")}>
      <ul>
        <li><StateShape state={2} /> {t("person.alarm")}</li>
        <li><StateShape state={3} /> {t("person.not_screened")}</li>
        <li><StateShape state={0} /> {t("person.pending")}</li>
        <li><StateShape state={1} /> {t("person.nothing_found")}</li>
        <li><StateShape state={0} isThing /> {t("person.thing")}</li>
        <li><Sensor sign="" tone="var(--accent)" /> {t("plan.legend_sensor")}</li>
        <li><Sensor sign="!" tone="var(--medium)" /> {t("sensor.degraded")}</li>
        <li><Sensor sign="?" tone="var(--medium)" /> {t("sensor.stale")}</li>
        <li><Sensor sign="✕" tone="var(--high)" /> {t("sensor.failed")}</li>
        <li><span className="plan-tint" /> {t("plan.legend_cover")}</li>
      </ul>
      <p className="dim">{t("plan.legend_nobody")}</p>
      <button type="button" onClick={onClose}>{t("action.close")}</button>
    </section>
  );
}

interface ShapeProps {
  readonly state: number;
  readonly isThing?: boolean;
}

export function StateShape({ state, isThing = false }: ShapeProps) {
  return (
    <svg className="plan-shape" viewBox="-10 -10 20 20" width="20" height="20" aria-hidden="true">
      {state === 2 ? (
        <>
          <path d="M0-9.5 9.5 0 0 9.5-9.5 0Z" fill="var(--alarm)" />
          <path d="M-1-5h2v6h-2Zm0 8h2v2h-2Z" fill="var(--on-high)" />
        </>
      ) : isThing ? (
        <>
          <rect x="-6" y="-6" width="12" height="12" fill="var(--unscreened)" />
          <path d="M-6-6 6 6M-6 6 6-6" stroke="var(--floor)" strokeWidth="2" />
        </>
      ) : state === 3 ? (
        <path d="M-6-6H6V6H-6ZM-6 6 6-6" fill="none" stroke="var(--unscreened)" strokeWidth="2" />
      ) : state === 1 ? (
        <circle r="4.5" fill="var(--found-nothing)" />
      ) : (
        <circle r="6" fill="none" stroke="var(--pending)" strokeWidth="2" />
      )}
    </svg>
  );
}

function Sensor({ sign, tone }: { readonly sign: string; readonly tone: string }) {
  return (
    <svg className="plan-shape" viewBox="-10 -10 20 20" width="20" height="20" aria-hidden="true">
      <rect x="-7" y="-7" width="14" height="14" fill="none" stroke={tone} strokeWidth="2" />
      {sign === "" ? (
        <circle r="2.5" fill={tone} />
      ) : (
        <text y="4" textAnchor="middle" fontSize="12" fontWeight="bold" fill={tone}>{sign}</text>
      )}
    </svg>
  );
}
