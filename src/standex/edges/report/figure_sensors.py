"""How the sensors were over the run: their state, and how much they covered."""

from standex.edges.report.canvas import Axes, Figure, Palette, Rectangle, new_figure, quiet
from standex.edges.report.summary import RunSummary, SensorHistory
from standex.edges.report.words import health_words
from standex.model.observation import HealthState

HATCHES = {HealthState.OK: "", HealthState.DEGRADED: "///", HealthState.FAILED: "xxx"}
BAND, CURVE = 0.22, 0.55  # heights of the two parts of a row


def draw_sensors(summary: RunSummary, palette: Palette) -> Figure:
    """Draw one row per sensor: a band for its state, and above it what it covered, 0 to 1."""
    figure = new_figure(9.0, 1.2 + 0.85 * len(summary.sensors), palette)
    axes = figure.add_subplot()
    quiet(axes, palette)
    axes.spines["left"].set_visible(False)
    end_s = max(summary.duration_s, 1.0)
    for row, sensor in enumerate(summary.sensors):
        base = float(len(summary.sensors) - 1 - row)
        _draw_states(axes, sensor, summary.first_utc_ns, end_s, base, palette)
        _draw_coverage(axes, sensor, summary.first_utc_ns, base + BAND + 0.06, palette)
    axes.set_yticks(
        [len(summary.sensors) - 1 - row + 0.3 for row in range(len(summary.sensors))],
        [sensor.sensor_id for sensor in summary.sensors],
    )
    axes.tick_params(axis="y", length=0, labelsize=9)
    axes.set_xlim(0, end_s)
    axes.set_ylim(-0.1, len(summary.sensors))
    axes.set_xlabel("seconds since the start of the run")
    states = [
        Rectangle((0, 0), 1, 1, fc=palette.health[s], ec=palette.ink, lw=0.5, hatch=HATCHES[s])
        for s in HealthState
    ]
    axes.legend(
        states,
        [state.value for state in HealthState],
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=3,
        frameon=False,
        fontsize=8.5,
        labelcolor=palette.ink,
    )
    return figure


def _draw_states(
    axes: Axes,
    sensor: SensorHistory,
    first_utc_ns: int,
    end_s: float,
    base: float,
    palette: Palette,
) -> None:
    if not sensor.changes:
        axes.text(0.5, base + 0.3, "never heard of", transform=axes.get_yaxis_transform(),
                  ha="center", fontsize=9, color=palette.ink)  # fmt: skip
        return
    starts_s = [max((health.t_utc_ns - first_utc_ns) * 1e-9, 0.0) for health in sensor.changes]
    for health, start_s, stop_s in zip(
        sensor.changes, starts_s, [*starts_s[1:], end_s], strict=True
    ):
        width_s = max(stop_s - start_s, 0.0)
        axes.add_patch(
            Rectangle(
                (start_s, base),
                width_s,
                BAND,
                facecolor=palette.health[health.state],
                edgecolor=palette.ink,
                lw=0.4,
                hatch=HATCHES[health.state],
            )
        )
        if health.state is not HealthState.OK and width_s > 0.12 * end_s:
            axes.text(
                start_s + width_s / 2,
                base + BAND / 2,
                health_words(health.state, health.reason),
                ha="center",
                va="center",
                fontsize=7.5,
                color=palette.ink,
                bbox={
                    "boxstyle": "round,pad=0.1",
                    "fc": palette.paper,
                    "ec": "none",
                    "alpha": 0.85,
                },
            )


def _draw_coverage(
    axes: Axes, sensor: SensorHistory, first_utc_ns: int, base: float, palette: Palette
) -> None:
    t_s = (sensor.t_utc_ns - first_utc_ns) * 1e-9
    looks = bool(sensor.p_detect.any())
    covered = sensor.p_detect if looks else sensor.p_report
    if not len(t_s):
        return
    axes.fill_between(t_s, base, base + CURVE * covered, step="post", color=palette.sensors[0],
                      alpha=0.25, lw=0)  # fmt: skip
    axes.step(t_s, base + CURVE * covered, where="post", color=palette.sensors[0], lw=1.0)
    words = (
        "P(reference object detected), best place" if looks else "P(person reported), mean of grid"
    )
    axes.text(1.0, base + CURVE, f"{words}, last {covered[-1]:.2f}", ha="right", va="bottom",
              transform=axes.get_yaxis_transform(), fontsize=7.5, color=palette.ink)  # fmt: skip
