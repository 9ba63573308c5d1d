"""Who may be a sensor: the node must be the site's, alone, and admitted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

from standex.edges.interop.sapient.words import plain
from standex.model.site import SensorSpec

SILENT_S = 5.0
"""A node whose connection has been silent for so long may register anew on another."""

MOST_REFUSALS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Somebody says that they are a node.

    Attributes:
        node_id: as registered.
        sensor_id: the site's sensor of that node.
        address: where the connection comes from.
        certificate_der: of the other side under TLS, checked against the authority; or empty.
        token: what came as ``Bearer ...`` in ``additional_information``, or empty.
    """

    node_id: str
    sensor_id: str
    address: str
    certificate_der: bytes
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Something was not let in: for the log and the audit.

    Attributes:
        t_utc_ns: when.
        address: from where.
        node_id: as claimed, made fit to be shown.
        reason: in plain words.
    """

    t_utc_ns: int
    address: str
    node_id: str
    reason: str


Admission = Callable[[Claim], str]
"""Says why a node may not be the sensor that it claims to be, or an empty text."""


def admit_all(_: Claim) -> str:
    """Admit every node that the site names: for tests, and for networks apart."""
    return ""


OnRefusal = Callable[[Refusal], object]


def ignore_refusal(_: Refusal) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class _Held:
    claim: Claim
    link: object
    heard_utc_ns: int


@final
class NodeBook:
    """Which node is connected on which link; for tasks of one event loop.

    Attributes:
        nodes: the site's sensors, by node.
        n_refused: how often something was not let in.
    """

    def __init__(
        self,
        nodes: Mapping[str, SensorSpec],
        *,
        admission: Admission = admit_all,
        on_refusal: OnRefusal = ignore_refusal,
    ) -> None:
        """Let in the nodes of a site, as far as ``admission`` has nothing against it."""
        self.nodes = dict(nodes)
        self.n_refused = 0
        self._admission = admission
        self._on_refusal = on_refusal
        self._held: dict[str, _Held] = {}

    def claim(self, claim: Claim, link: object, *, now_utc_ns: int) -> str:
        """Give a node to a link; return why not, or an empty text."""
        reason = self._reason(claim, link, now_utc_ns)
        if not reason:
            self._held[claim.node_id] = _Held(claim, link, now_utc_ns)
        return reason

    def holds(self, node_id: str, link: object) -> bool:
        """Return whether a node is connected on this link."""
        held = self._held.get(node_id)
        return held is not None and held.link is link

    def heard(self, node_id: str, *, now_utc_ns: int) -> None:
        """Take note that a node is alive."""
        self._held[node_id].heard_utc_ns = now_utc_ns

    def link_of(self, node_id: str) -> object | None:
        """Return the link that a node is connected on, or None."""
        held = self._held.get(node_id)
        return None if held is None else held.link

    def expelled(self) -> tuple[tuple[str, object, str], ...]:
        """Return whom the admission would not let in any more: node, link and reason."""
        asked = [(node_id, held.link, self._admission(held.claim))
                 for node_id, held in self._held.items()]  # fmt: skip
        return tuple(one for one in asked if one[2])

    def release(self, link: object) -> tuple[str, ...]:
        """Take all nodes from a link that has ended; return them."""
        gone = tuple(node_id for node_id, held in self._held.items() if held.link is link)
        for node_id in gone:
            del self._held[node_id]
        return gone

    def refuse(self, *, t_utc_ns: int, address: str, node_id: str, reason: str) -> None:
        """Count and tell what was not let in; of a flood only the count."""
        self.n_refused += 1
        if self.n_refused <= MOST_REFUSALS or self.n_refused % MOST_REFUSALS == 0:
            self._on_refusal(
                Refusal(
                    t_utc_ns=t_utc_ns, address=address, node_id=plain(node_id), reason=plain(reason)
                )
            )

    def _reason(self, claim: Claim, link: object, now_utc_ns: int) -> str:
        if claim.node_id not in self.nodes:
            return f"node {claim.node_id} is not of this site"
        held = self._held.get(claim.node_id)
        if held is not None and held.link is not link:
            silent_s = (now_utc_ns - held.heard_utc_ns) * 1e-9
            if silent_s < SILENT_S:
                return f"node {claim.node_id} is connected already, heard {silent_s:.1f} s ago"
        return self._admission(claim)
