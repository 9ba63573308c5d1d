import type { SensorOut } from "../../api/types";
import { fixed, t, word } from "../../i18n";
import { AsSaid } from "../AsSaid";
import { sensorSaid } from "../said";
import { stateOf } from "./drawFloor";

const SIGNS = { ok: "●", degraded: "!", failed: "✕", stale: "?", unknown: "?" } as const;
const RANK = { failed: 0, stale: 1, unknown: 1, degraded: 2, ok: 3 } as const;

/** How every sensor is, what is wrong first. `passedS` is how long ago that was told. */
export function SensorList({ sensors, passedS }: { readonly sensors: readonly SensorOut[]; readonly passedS: number }) {
  const rows = [...sensors].sort((a, b) => RANK[stateOf(a)] - RANK[stateOf(b)] || a.sensor_id.localeCompare(b.sensor_id));
  if (rows.length === 0) return <p className="problem">{t("sensor.nothing_told")}</p>;
  return (
    <table className="sensor-list">
      <thead>
        <tr>
          <th scope="col">{t("sensor.name")}</th>
          <th scope="col">{t("sensor.state")}</th>
          <th scope="col">{t("sensor.rate")}</th>
          <th scope="col">{t("sensor.heard")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((one) => {
          const state = stateOf(one);
          return (
            <tr key={one.sensor_id}>
              <th scope="row">{one.sensor_id}</th>
              <td>
                <span className={`sensor-sign is-${state}`} aria-hidden="true">{SIGNS[state]}</span> {word("sensor", state)}
                {state !== "ok" && one.reason !== "none" && <> · {word("reason", one.reason)}</>}
                {state !== "ok" && <SensorWords sensor={one} />}
              </td>
              <td className="number">
                {one.rate_hz === null ? "–" : fixed(one.rate_hz, 1)} / {fixed(one.nominal_hz, 1)} Hz
              </td>
              <td className="number">{one.age_s === null ? t("sensor.never") : t("age.seconds", { seconds: fixed(one.age_s + passedS, 1) })}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function SensorWords({ sensor }: { readonly sensor: SensorOut }) {
  const said = sensorSaid(sensor);
  return (
    <div className="dim">
      {said.words !== "" && <div>{said.words}</div>}
      <AsSaid text={said.asSaid} />
    </div>
  );
}
