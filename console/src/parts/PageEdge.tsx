import { Component, type ReactNode, useEffect, useState } from "react";
import { t } from "../i18n";
import { type Lost, whyLost } from "./newVersion";

interface Props {
  readonly children: ReactNode;
}

/**
 * Where a page ends that could not be loaded, or broke: the rest of the console stays, and it is said
 * what to do. Without it an open tab goes blank as soon as the service has a newer console.
 */
export class PageEdge extends Component<Props, { readonly error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : <LostPage error={this.state.error} />;
  }
}

/** Why something of the console could not be loaded, and the way to get it. */
export function LostPage({ error }: { readonly error: unknown }) {
  const [why, setWhy] = useState<Lost | null>(null);
  useEffect(() => {
    let isGone = false;
    void whyLost(error).then((found) => {
      if (!isGone) setWhy(found);
    });
    return () => {
      isGone = true;
    };
  }, [error]);
  if (why === null) return <p className="dim">…</p>;
  return (
    <div className="panel problem stack" role="alert">
      <p>{t(`lost.${why}`)}</p>
      <div>
        <button type="button" className="primary" onClick={() => location.reload()}>
          {t("lost.reload")}
        </button>
      </div>
    </div>
  );
}
