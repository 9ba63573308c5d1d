import { useEffect, useRef, useState } from "react";
import type { LinkOut } from "../../api/types";
import { t } from "../../i18n";
import { linkAddress } from "./account";

/** A link that signs somebody in once; shown this one time, and forgotten when it is closed. */
export function OneTimeLink({ link, onClose }: { readonly link: LinkOut; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [isCopied, setCopied] = useState(false);
  const address = linkAddress(location.origin, link.link_token);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const copy = async (): Promise<void> => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(address);
      setCopied(true);
    } catch {
      // Selected all the same: Ctrl+C does it.
    }
  };

  return (
    <dialog ref={dialog} aria-labelledby="one-time-link" onClose={onClose} className="one-time-link">
      <div className="stack">
        <h2 id="one-time-link">{t("link_once.title", { account: link.account_id })}</h2>
        {/* The same request answered again tells no token: it was told already. */}
        {link.link_token === "" ? (
          <p role="alert">{t("link_once.told")}</p>
        ) : (
          <>
            <p>{t("link_once.means")}</p>
            <input
              ref={field}
              className="number"
              readOnly
              value={address}
              aria-label={t("link_once.link")}
              onFocus={(event) => event.target.select()}
            />
            <p role="status">{isCopied ? `✓ ${t("link_once.copied")}` : " "}</p>
          </>
        )}
        <div className="row">
          {link.link_token !== "" && (
            <button type="button" className="primary" autoFocus onClick={() => void copy()}>
              {t("link_once.copy")}
            </button>
          )}
          <button type="button" onClick={() => dialog.current?.close()}>
            {t("link_once.close")}
          </button>
        </div>
      </div>
    </dialog>
  );
}
