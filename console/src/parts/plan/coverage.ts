// What all sensors together cover, on one grid.
import type { Field } from "../../api/types";

/** Which sensors are asked about: all that follow people, all that look for something, or one. */
export type CoverChoice = "none" | "followed" | "looked_at" | `sensor:${string}`;

export function chosenCover(fields: readonly Field[], levelId: string, choice: CoverChoice): Field | null {
  const here = fields.filter((field) => field.level_id === levelId);
  if (choice === "none") return null;
  if (choice.startsWith("sensor:")) return here.find((field) => `sensor:${field.sensor_id}` === choice) ?? null;
  return best(here, choice === "followed" ? "p_report_percent" : "p_detect_percent");
}

/** Return the best of several fields at each place; sensors have grids of their own. */
function best(fields: readonly Field[], of: "p_report_percent" | "p_detect_percent"): Field | null {
  const used = fields.filter((field) => field[of].some((value) => value > 0));
  const first = used[0];
  if (first === undefined) return null;
  const cell = Math.min(...used.map((field) => field.cell_m));
  const left = Math.min(...used.map((field) => field.origin_site_m[0] ?? 0));
  const low = Math.min(...used.map((field) => field.origin_site_m[1] ?? 0));
  const right = Math.max(...used.map((field) => (field.origin_site_m[0] ?? 0) + field.n_x * field.cell_m));
  const high = Math.max(...used.map((field) => (field.origin_site_m[1] ?? 0) + field.n_y * field.cell_m));
  const n_x = Math.min(Math.max(Math.round((right - left) / cell), 1), 600);
  const n_y = Math.min(Math.max(Math.round((high - low) / cell), 1), 600);
  const values = new Array<number>(n_x * n_y).fill(0);
  for (const field of used) {
    const [x0 = 0, y0 = 0] = field.origin_site_m;
    for (let ix = 0; ix < n_x; ix += 1) {
      const fx = Math.floor((left + (ix + 0.5) * cell - x0) / field.cell_m);
      if (fx < 0 || fx >= field.n_x) continue;
      for (let iy = 0; iy < n_y; iy += 1) {
        const fy = Math.floor((low + (iy + 0.5) * cell - y0) / field.cell_m);
        if (fy < 0 || fy >= field.n_y) continue;
        const value = field[of][fx * field.n_y + fy] ?? 0;
        const place = ix * n_y + iy;
        if (value > (values[place] ?? 0)) values[place] = value;
      }
    }
  }
  return {
    ...first, sensor_id: "", origin_site_m: [left, low], cell_m: cell, n_x, n_y,
    p_report_percent: values, p_detect_percent: values,
  };
}
