import type { ReactNode } from "react";
import { t } from "../../i18n";
import { useTick } from "../../parts/clock";
import "./aged.css";

interface Props {
  readonly title: string;
  /** When its data came, by performance.now(); left out where nothing was asked yet. */
  readonly at?: number;
  readonly className?: string;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}

/** A panel that tells how old what it shows is. */
export function AgedPanel({ title, at, className = "", tools, children }: Props) {
  return (
    <section className={`panel aged ${className}`} aria-label={title}>
      <div className="row panel-head">
        <h2 className="grow">{title}</h2>
        {tools}
        {at !== undefined && <Age at={at} />}
      </div>
      {children}
    </section>
  );
}

function Age({ at }: { readonly at: number }) {
  const now = useTick(1000);
  if (!Number.isFinite(at)) return null;
  return <span className="number dim">{t("age.seconds", { seconds: Math.max(0, Math.round((now - at) / 1000)) })}</span>;
}
