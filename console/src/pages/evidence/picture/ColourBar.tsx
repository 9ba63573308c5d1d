import { numberText, type Span, ticks } from "../chart/scale";
import { colourOf, shareOf } from "./colours";

const N = 48;
const WIDTH = 300;

/** Which colour is which value. */
export function ColourBar({ span, words }: { readonly span: Span; readonly words: string }) {
  const marks = ticks(span, 5);
  return (
    <figure className="colour-bar">
      <svg viewBox={`0 0 ${WIDTH} 30`} role="img" aria-label={`${words}: ${numberText(span[0])} – ${numberText(span[1])}`}>
        {Array.from({ length: N }, (_, row) => (
          <rect
            key={row}
            x={10 + (row * (WIDTH - 20)) / N}
            width={(WIDTH - 20) / N + 0.5}
            height="12"
            fill={colourOf(span[0] + ((row + 0.5) / N) * (span[1] - span[0]), span)}
          />
        ))}
        {marks.map((one) => (
          <text key={one} x={10 + shareOf(one, span) * (WIDTH - 20)} y="26" textAnchor="middle">
            {numberText(one)}
          </text>
        ))}
      </svg>
      <figcaption className="dim">{words}</figcaption>
    </figure>
  );
}
