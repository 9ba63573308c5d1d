import { t, word } from "../../i18n";
import type { Item } from "./siteItems";

interface Props {
  readonly items: readonly Item[];
  readonly chosen: Item | null;
  readonly onChoose: (item: Item) => void;
  readonly onAddLine: () => void;
}

export function ItemList({ items, chosen, onChoose, onAddLine }: Props) {
  const lines = items.filter((one) => one.kind === "lines");
  const sensors = items.filter((one) => one.kind === "sensors");
  return (
    <section aria-label={t("setup.items")}>
      <div className="row">
        <h2 className="grow">{t("setup.lines")}</h2>
        <button type="button" onClick={onAddLine}>
          + {t("setup.add_line")}
        </button>
      </div>
      <ul className="item-list">
        {lines.map((one) => (
          <Row key={one.id} item={one} about={word("line", one.role)} isChosen={one === chosen} onChoose={onChoose} />
        ))}
      </ul>
      <h2>{t("setup.sensors")}</h2>
      <ul className="item-list">
        {sensors.map((one) => (
          <Row key={one.id} item={one} about={one.technology} isChosen={one === chosen} onChoose={onChoose} />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  readonly item: Item;
  readonly about: string;
  readonly isChosen: boolean;
  readonly onChoose: (item: Item) => void;
}

function Row({ item, about, isChosen, onChoose }: RowProps) {
  return (
    <li>
      <button type="button" aria-pressed={isChosen} onClick={() => onChoose(item)}>
        <span>{item.id}</span>
        <span className="dim">{about}</span>
      </button>
    </li>
  );
}
