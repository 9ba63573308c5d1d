"""Whether a message keeps to the standard: fields, identifiers, values, times.

What is mandatory, an identifier or an enumeration is written in the published files themselves, as
options of their fields. They are read once per kind of message into a plan; a message is then held
against its plan, field by field of those that it has: first for a yes or no, as nearly all messages
are right, and only of one that is wrong for what is wrong with it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any, cast, final

from standex.edges.interop.sapient.errors import no_protobuf
from standex.edges.interop.sapient.ids import is_ulid, is_uuid4
from standex.edges.interop.sapient.messages import ICD_VERSION, SapientMessage, utc_ns_of

try:
    from google.protobuf.descriptor import Descriptor, FieldDescriptor
    from google.protobuf.message import Message
    from google.protobuf.message_factory import GetMessageClass

    from standex.edges.interop.sapient.generated.pool import POOL
except ImportError as error:
    raise no_protobuf() from error

_OWN = "sapient_msg."
MOST_PROBLEMS = 20
"""Of one message; who sends a thousand mistakes is not read them all."""

_Check = Callable[[Any, str, list[str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRules:
    """What is asked of the times of messages.

    Attributes:
        oldest_s: how long ago a message may have been sent.
        ahead_s: how far its time may lie ahead of this computer's clock.
        scan_gap_s: detections of one scan share one time; those of the next are so much later.
    """

    oldest_s: float = 0.9
    ahead_s: float = 0.1
    scan_gap_s: float = 0.08

    def __post_init__(self) -> None:
        for name in ("oldest_s", "ahead_s", "scan_gap_s"):
            if not 0 <= getattr(self, name) <= 3600:
                raise ValueError(f"{name} must be from 0 to 3600 s, got {getattr(self, name)}")

    def problem(
        self, message: SapientMessage, *, now_utc_ns: int, is_clock_known: bool = False
    ) -> str:
        """Return what is wrong with when a message was sent, or an empty text.

        Args:
            message: that came.
            now_utc_ns: when.
            is_clock_known: whether what its node sent a moment ago came in time: a clock does not
                go wrong within seconds, but a line, or who reads it, may be held up.
        """
        away_s = (utc_ns_of(message) - now_utc_ns) * 1e-9
        if -self.oldest_s <= away_s <= self.ahead_s:
            return ""
        if away_s < 0 and is_clock_known:
            return (
                f"timestamp: {away_s:+.3f} s from this node's clock, allowed is from "
                f"{-self.oldest_s:g} s; its line is held up, or this station is too slow"
            )
        return (
            f"timestamp: {away_s:+.3f} s from this node's clock, allowed is from "
            f"{-self.oldest_s:g} to {self.ahead_s:+g} s; set both by NTP or PTP"
        )

    def scan_problem(self, t_utc_ns: int, *, before_utc_ns: int) -> str:
        """Return what is wrong with a detection's time after that of the last one."""
        gap_s = (t_utc_ns - before_utc_ns) * 1e-9
        if t_utc_ns == before_utc_ns or gap_s >= self.scan_gap_s - 1e-9:
            return ""
        if gap_s < 0:
            return f"timestamp: a detection {-gap_s:.3f} s earlier than the one before it"
        return (
            f"timestamp: a detection {gap_s:.3f} s after the one before it; those of one scan "
            f"share one time, scans are {self.scan_gap_s:g} s apart"
        )


def problems_of(message: Message) -> tuple[str, ...]:
    """Return all that is wrong with the fields of a message, each after the field's path."""
    problems: list[str] = []
    if not _is_right(message):
        _check_message(message, "", problems)
    known = type(message)()
    known.CopyFrom(message)
    known.DiscardUnknownFields()
    if known.ByteSize() != message.ByteSize():
        problems.append("it has fields that the standard does not know")
    return tuple(problems[:MOST_PROBLEMS])


@final
@dataclass(frozen=True, slots=True)
class _Plan:
    mandatory: dict[int, str]
    wanted: frozenset[int]
    oneofs: tuple[tuple[str, frozenset[int]], ...]
    checks: dict[int, _Check]
    # For the yes or no: of each field its bit, and what says whether its value is right.
    quick: dict[int, tuple[int, Callable[[Any], object] | None]]
    wanted_bits: int
    oneof_bits: tuple[int, ...]


_PLANS: dict[Descriptor, _Plan] = {}


def _is_right(message: Message) -> bool:
    """Return whether ``_check_message`` finds nothing."""
    descriptor = cast("Descriptor", message.DESCRIPTOR)
    plan = _PLANS.get(descriptor)
    if plan is None:
        plan = _PLANS[descriptor] = _plan_of(descriptor)
    quick, present = plan.quick, 0
    for field, value in message.ListFields():
        bit, is_right = quick[field.number]
        present |= bit
        if is_right is not None and not is_right(value):
            return False
    if present & plan.wanted_bits != plan.wanted_bits:
        return False
    return all(present & bits for bits in plan.oneof_bits)


def _check_message(message: Message, path: str, problems: list[str]) -> None:
    descriptor = cast("Descriptor", message.DESCRIPTOR)
    plan = _PLANS.get(descriptor)
    if plan is None:
        plan = _PLANS[descriptor] = _plan_of(descriptor)
    checks, present = plan.checks, set[int]()
    for field, value in message.ListFields():
        number = field.number
        present.add(number)
        check = checks.get(number)
        if check is not None and len(problems) < MOST_PROBLEMS:
            check(value, path, problems)
    if not plan.wanted <= present:
        problems += [
            f"{path}{name}: missing, it is mandatory"
            for number, name in plan.mandatory.items()
            if number not in present
        ]
    for name, numbers in plan.oneofs:
        if numbers.isdisjoint(present):
            problems.append(f"{path}{name}: one of its fields is mandatory")


def _plan_of(descriptor: Descriptor) -> _Plan:
    mandatory: dict[int, str] = {}
    checks: dict[int, _Check] = {}
    quick: dict[int, tuple[int, Callable[[Any], object] | None]] = {}
    for row, field in enumerate(descriptor.fields):
        options = _validation(field, "FieldOptions", "field_options")
        if options.is_mandatory:
            mandatory[field.number] = field.name
        check = _check_of(field, is_ulid_wanted=options.is_ulid, is_uuid_wanted=options.is_uuid)
        if check is not None:
            checks[field.number] = check
        wanted = _is_ulid_or_uuid(is_ulid_wanted=options.is_ulid, is_uuid_wanted=options.is_uuid)
        quick[field.number] = (1 << row, _quick_of(field, check, wanted))
    oneofs = tuple(
        (oneof.name, frozenset(field.number for field in oneof.fields))
        for oneof in descriptor.oneofs
        if _validation(oneof, "OneofOptions", "oneof_options").is_mandatory
    )
    return _Plan(
        mandatory=mandatory,
        wanted=frozenset(mandatory),
        oneofs=oneofs,
        checks=checks,
        quick=quick,
        wanted_bits=sum(quick[number][0] for number in mandatory),
        oneof_bits=tuple(sum(quick[number][0] for number in numbers) for _, numbers in oneofs),
    )


def _is_ulid_or_uuid(
    *, is_ulid_wanted: bool, is_uuid_wanted: bool
) -> Callable[[Any], object] | None:
    return is_ulid if is_ulid_wanted else is_uuid4 if is_uuid_wanted else None


def _quick_of(
    field: FieldDescriptor, check: _Check | None, identifier: Callable[[Any], object] | None
) -> Callable[[Any], object] | None:
    """Return what says whether a value passes a check, without saying why not."""
    if check is None:
        return None
    own = field.message_type is not None and field.message_type.full_name.startswith(_OWN)
    one: Callable[[Any], object]
    if identifier is not None:
        one = identifier
    elif own:
        one = _is_right
    elif field.enum_type is not None:
        one = frozenset(field.enum_type.values_by_number).__contains__
    elif field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        one = isfinite
    else:
        one = _passing(check)
        return one  # of a repeated field, the check goes through all of them
    if not field.is_repeated:
        return one

    def all_right(values: Iterable[Any]) -> bool:
        return all(one(value) for value in values)

    return all_right


def _passing(check: _Check) -> Callable[[Any], bool]:
    def passes(value: Any) -> bool:
        problems: list[str] = []
        check(value, "", problems)
        return not problems

    return passes


def _validation(described: Any, options_name: str, extension_name: str) -> Any:
    """Return the standard's own options of a field or a one-of."""
    # The extension is known to the pool of these messages only, the options come from the common.
    described_by = POOL.FindMessageTypeByName(f"google.protobuf.{options_name}")
    options_class: Any = GetMessageClass(described_by)
    options = options_class.FromString(described.GetOptions().SerializeToString())
    return options.Extensions[POOL.FindExtensionByName(_OWN + extension_name)]


def _check_of(
    field: FieldDescriptor, *, is_ulid_wanted: bool, is_uuid_wanted: bool
) -> _Check | None:
    name, check = field.name, cast("_Check | None", None)
    if is_ulid_wanted:
        check = _text_check(name, "ULID of 26 capital letters and digits", is_ulid)
    elif is_uuid_wanted:
        check = _text_check(name, "UUID of version 4 in small letters", is_uuid4)
    elif name == "icd_version":
        check = _text_check(name, repr(ICD_VERSION), _is_icd_version)
    elif field.enum_type is not None:
        check = _enum_check(name, frozenset(field.enum_type.values_by_number))
    elif field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        check = _finite_check(name)
    elif field.message_type is not None:
        is_own = field.message_type.full_name.startswith(_OWN)
        check = _message_check(name) if is_own else _stamp_check(name)
    if check is None or not field.is_repeated:
        return check
    return _each(check)


def _is_icd_version(text: str) -> bool:
    # Some nodes write it with underscores, as the published files themselves do.
    return text.replace("_", " ") == ICD_VERSION


def _text_check(name: str, wanted: str, is_right: Callable[[str], object]) -> _Check:
    def check(value: str, path: str, problems: list[str]) -> None:
        if not is_right(value):
            problems.append(f"{path}{name}: {value[:64]!r} is not {wanted}")

    return check


def _enum_check(name: str, known: frozenset[int]) -> _Check:
    def check(value: int, path: str, problems: list[str]) -> None:
        if value not in known:
            problems.append(f"{path}{name}: {value} is no value of the standard")

    return check


def _finite_check(name: str) -> _Check:
    def check(value: float, path: str, problems: list[str]) -> None:
        if not isfinite(value):
            problems.append(f"{path}{name}: {value} is not finite")

    return check


def _stamp_check(name: str) -> _Check:
    def check(value: Any, path: str, problems: list[str]) -> None:
        # From 1970 to 9999, as the type itself allows.
        if not (0 <= value.nanos < 1_000_000_000 and 0 <= value.seconds < 253_402_300_800):
            problems.append(f"{path}{name}: no time after 1970")

    return check


def _message_check(name: str) -> _Check:
    def check(value: Message, path: str, problems: list[str]) -> None:
        _check_message(value, f"{path}{name}.", problems)

    return check


def _each(check: _Check) -> _Check:
    def check_each(values: Iterable[Any], path: str, problems: list[str]) -> None:
        for value in values:
            if len(problems) >= MOST_PROBLEMS:
                return
            check(value, path, problems)

    return check_each
