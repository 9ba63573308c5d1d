import { scaleLength } from "./geometry";

export function ScaleBar({ pxPerM }: { readonly pxPerM: number }) {
  const metres = scaleLength(pxPerM, 130);
  return (
    <div className="plan-scale number" aria-hidden="true">
      <span style={{ inlineSize: `${metres * pxPerM}px` }} />
      {metres} m
    </div>
  );
}
