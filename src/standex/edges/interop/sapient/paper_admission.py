"""Nodes admitted by the papers of their sensors: certificate under TLS, or token."""

from collections.abc import Callable

from standex.edges.access.admission import Shown
from standex.edges.interop.sapient.admission import Admission, Claim


def by_papers(check: Callable[[str, Shown], str | None]) -> Admission:
    """Return an admission that asks for a sensor's papers, such as ``SensorAdmission``.

    A node without TLS shows its token as ``Bearer TOKEN`` in ``additional_information`` of its
    registration.
    """

    def admit(claim: Claim) -> str:
        shown = Shown(
            certificate_der=claim.certificate_der or None,
            token=claim.token or None,
            address=claim.address,
        )
        return check(claim.sensor_id, shown) or ""

    return admit
