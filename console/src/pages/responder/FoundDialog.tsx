import { useEffect, useRef, useState } from "react";
import { t } from "../../i18n";

const READY = ["responder.found.body", "responder.found.bag", "responder.found.refuses", "responder.found.help"] as const;

interface Props {
  readonly onSay: (text: string) => void;
  readonly onClose: () => void;
}

/** What was found, mostly by one press: nobody types while they look at somebody. */
export function FoundDialog({ onSay, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  useEffect(() => dialog.current?.showModal(), []);
  const say = (words: string): void => {
    onSay(words);
    onClose();
  };
  return (
    <dialog ref={dialog} className="responder-found" aria-labelledby="found-title" onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          say(text.trim());
        }}
      >
        <h2 id="found-title">{t("responder.found_what")}</h2>
        {READY.map((key) => (
          <button key={key} type="button" className="big" onClick={() => say([t(key), text.trim()].filter(Boolean).join(": "))}>
            {t(key)}
          </button>
        ))}
        <label className="stack">
          {t("responder.more_words")}
          <input value={text} maxLength={500} onChange={(event) => setText(event.target.value)} />
        </label>
        <div className="responder-pair">
          <button type="button" className="big" onClick={onClose}>
            {t("action.cancel")}
          </button>
          <button type="submit" className="big danger" disabled={text.trim() === ""}>
            {t("responder.send")}
          </button>
        </div>
      </form>
    </dialog>
  );
}
