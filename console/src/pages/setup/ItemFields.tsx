import { t, word } from "../../i18n";
import { Choice, Num, Words } from "./fields";
import { changed, type Item, LINE_ROLES, type LineItem, metresText, pointText, type SensorItem } from "./siteItems";
import { ID_KEYS } from "./siteText";

interface Props<T extends Item = Item> {
  readonly text: string;
  readonly item: T;
  readonly levels: readonly string[];
  /** With another name where that was changed. */
  readonly onText: (text: string, id?: string) => void;
  readonly onCopy: () => void;
  readonly onRemove: () => void;
}

/** What is chosen, in numbers. */
export function ItemFields(props: Props) {
  const { text, item, levels, onText } = props;
  const set = (key: string, value: string): void => onText(changed(text, item.kind, item.id, key, value));
  return (
    <section className="item-fields" aria-label={item.id}>
      <Words
        label={t("setup.field.id")}
        value={item.id}
        onSet={(id) => onText(changed(text, item.kind, item.id, ID_KEYS[item.kind], JSON.stringify(id)), id)}
      />
      {item.kind === "sensors" ? <SensorFields item={item} set={set} /> : <LineFields {...props} item={item} />}
      {levels.length > 1 && (
        <Choice
          label={t("setup.field.level")}
          value={item.levelId}
          options={levels.map((one) => [one, one])}
          onSet={(value) => set("level_id", JSON.stringify(value))}
        />
      )}
      <div className="row">
        <button type="button" onClick={props.onCopy}>
          {t("setup.copy")}
        </button>
        <button type="button" onClick={props.onRemove}>
          ✕ {t("setup.remove")}
        </button>
      </div>
    </section>
  );
}

interface SensorProps {
  readonly item: SensorItem;
  readonly set: (key: string, value: string) => void;
}

function SensorFields({ item, set }: SensorProps) {
  const place = (change: { readonly x?: number; readonly y?: number }, heightM = item.heightM): void =>
    set("position_site_m", pointText({ ...item.at, ...change }, heightM));
  return (
    <>
      <p className="dim">
        {t("setup.field.technology")}{t("sign.colon")} {item.technology}
        {item.cover === null && ` · ${t("setup.no_cover")}`}
      </p>
      <div className="field-row">
        <Num label={t("setup.field.x")} value={item.at.x} step={0.1} onSet={(x) => place({ x })} />
        <Num label={t("setup.field.y")} value={item.at.y} step={0.1} onSet={(y) => place({ y })} />
        <Num label={t("setup.field.height")} value={item.heightM} step={0.1} onSet={(z) => place({}, z)} />
      </div>
      <Num label={t("setup.field.yaw")} value={item.yawDeg} step={5} onSet={(deg) => set("yaw_deg", metresText(deg))} />
      <div className="field-row">
        <Num label={t("setup.field.pitch")} value={item.pitchDeg} step={5} onSet={(deg) => set("pitch_deg", metresText(deg))} />
        <Num label={t("setup.field.rate")} value={item.rateHz} step={1} onSet={(hz) => set("rate_hz", metresText(hz))} />
      </div>
    </>
  );
}

function LineFields({ text, item, onText }: Props<LineItem>) {
  const set = (key: string, value: string): void => onText(changed(text, "lines", item.id, key, value));
  const ends = [
    ["from_site_m", t("setup.field.from"), item.from],
    ["to_site_m", t("setup.field.to"), item.to],
  ] as const;
  const turn = (): void => {
    const half = changed(text, "lines", item.id, "from_site_m", pointText(item.to));
    onText(changed(half, "lines", item.id, "to_site_m", pointText(item.from)));
  };
  return (
    <>
      <Choice
        label={t("setup.field.role")}
        value={item.role}
        options={LINE_ROLES.map((one) => [one, word("line", one)])}
        onSet={(value) => set("role", JSON.stringify(value))}
      />
      {ends.map(([key, label, at]) => (
        <fieldset key={key} className="field-row">
          <legend>{label}</legend>
          <Num label={t("setup.field.x")} value={at.x} step={0.1} onSet={(x) => set(key, pointText({ ...at, x }))} />
          <Num label={t("setup.field.y")} value={at.y} step={0.1} onSet={(y) => set(key, pointText({ ...at, y }))} />
        </fieldset>
      ))}
      <button type="button" onClick={turn}>
        ⇄ {t("setup.turn")}
      </button>
    </>
  );
}
