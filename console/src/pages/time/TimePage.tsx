import { useMemo } from "react";
import { t } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { go, usePath } from "../../parts/route";
import { useAsk } from "../../parts/useAsk";
import { readRecordings } from "./recording";
import { RecordingList } from "./RecordingList";
import { Replay } from "./Replay";
import "./time.css";

/** What was recorded, to look back and to ask what if. */
export default function TimePage() {
  const asked = useAsk<readonly Record<string, unknown>[]>("/recordings");
  const recordings = useMemo(() => (asked.data === null ? null : readRecordings(asked.data)), [asked.data]);
  const chosenId = decodeURIComponent(usePath().split("/")[2] ?? "");
  const chosen = recordings?.find((one) => one.id === chosenId);
  if (chosen !== undefined) return <Replay key={chosen.id} recording={chosen} onLeave={() => go("/time")} />;
  return (
    <div className="stack">
      <h1>{t("time.title")}</h1>
      <Problem error={asked.error} />
      {asked.isLoading && <p role="status">… {t("time.loading_list")}</p>}
      {recordings !== null && <RecordingList recordings={recordings} />}
    </div>
  );
}
