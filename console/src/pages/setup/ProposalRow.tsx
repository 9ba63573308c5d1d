import { useState } from "react";
import { ask } from "../../api/client";
import type { ProposalOut } from "../../api/types";
import { t, word } from "../../i18n";
import { clockText, serviceNow, useTick } from "../../parts/clock";
import { Problem } from "../../parts/Problem";
import { useMe } from "../../parts/session";
import { percent } from "../time/thresholds";
import { PointWords } from "./OperatingPoint";

interface Props {
  readonly proposal: ProposalOut;
  readonly onDecided: () => void;
}

const SIGNS: Readonly<Record<string, string>> = { open: "◔", confirmed: "✓", declined: "✕", withdrawn: "↶", expired: "∅" };

export function ProposalRow({ proposal, onDecided }: Props) {
  return (
    <article className={`proposal is-${proposal.state}`}>
      <p>
        <strong>
          {SIGNS[proposal.state] ?? "·"} {word("point.state", proposal.state)}
        </strong>{" "}
        {proposal.decider !== "" && t("point.decided_by", { who: proposal.decider })}
      </p>
      <PointWords point={proposal} />
      <p>{proposal.why}</p>
      <p className="dim">
        {t("point.by", { who: proposal.proposer, time: clockText(proposal.proposed_utc_ms, "local", true) })}
      </p>
      {proposal.state === "open" && <Decide proposal={proposal} onDecided={onDecided} />}
    </article>
  );
}

function Decide({ proposal, onDecided }: Props) {
  const me = useMe();
  useTick(10_000);
  const [isAsking, setAsking] = useState<"" | "confirm" | "decline">("");
  const [why, setWhy] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [keys] = useState(() => ({ confirm: crypto.randomUUID(), decline: crypto.randomUUID() }));
  const isOwn = proposal.proposer.toLowerCase() === me.account_id.toLowerCase();
  const mayConfirm = me.permissions.includes("confirm_operating_point");
  const minutes = Math.max(0, Math.round((proposal.expires_utc_ms - serviceNow()) / 60_000));

  const decide = async (how: "confirm" | "decline"): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const path = `/operating-point/proposals/${encodeURIComponent(proposal.proposal_id)}/${how}`;
      await ask<ProposalOut>(path, { method: "POST", key: keys[how], ...(how === "decline" ? { body: { why: why.trim() } } : {}) });
      onDecided();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="stack">
      <p className="dim">
        {t("point.left", { minutes })}
        {isOwn && ` · ${t("point.own")}`}
        {!isOwn && !mayConfirm && ` · ${t("point.may_not")}`}
      </p>
      <Problem error={error} />
      {isAsking === "" && (
        <div className="row">
          {mayConfirm && !isOwn && (
            <button type="button" className="primary" onClick={() => setAsking("confirm")}>
              ✓ {t("point.confirm")}
            </button>
          )}
          <button type="button" onClick={() => setAsking("decline")}>
            {t(isOwn ? "point.withdraw" : "point.decline")}
          </button>
        </div>
      )}
      {isAsking === "confirm" && (
        <div className="row">
          <span className="grow">{t("point.sure", { p: percent(proposal.p_alarm) })}</span>
          <button type="button" className="primary" autoFocus disabled={isBusy} onClick={() => void decide("confirm")}>
            {t("point.confirm")}
          </button>
          <button type="button" onClick={() => setAsking("")}>
            {t("action.cancel")}
          </button>
        </div>
      )}
      {isAsking === "decline" && (
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            void decide("decline");
          }}
        >
          <label className="row grow">
            {t("point.why")}
            <input className="grow" value={why} minLength={3} required autoFocus onChange={(event) => setWhy(event.target.value)} />
          </label>
          <button type="submit" disabled={isBusy || why.trim().length < 3}>
            {t(isOwn ? "point.withdraw" : "point.say_no")}
          </button>
          <button type="button" onClick={() => setAsking("")}>
            {t("action.cancel")}
          </button>
        </form>
      )}
    </div>
  );
}
