"""XML of strangers, element by element: no entities, no documents without end, no deep nesting.

Built on Expat with its own handlers. A document type is refused before anything in it is read, so
neither entities that grow (billion laughs) nor external ones can be; size and depth are bounded.

References:
    CWE-776, CWE-611.
"""

from dataclasses import dataclass, field
from typing import final
from xml.parsers import expat

from standex.model.errors import RecordError

MOST_BYTES = 4_000_000  # one document; a frame with 10,000 boxes has about 3 MB
MOST_DEPTH = 64
_SEPARATOR = " "


@final
@dataclass(slots=True, kw_only=True, eq=False)
class Element:
    """An element; names and attributes without their namespaces.

    Attributes:
        name: such as ``BoundingBox``.
        attributes: by name.
        children: in order.
        text: in it, before and between its children.
    """

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list["Element"])
    text: str = ""

    def all(self, *path: str) -> "list[Element]":
        """Return the elements at the end of a path of names, from here down."""
        found: list[Element] = [self]
        for name in path:
            found = [child for one in found for child in one.children if child.name == name]
        return found

    def first(self, *path: str) -> "Element | None":
        """Return the first of them, or None."""
        return next(iter(self.all(*path)), None)


def parse_xml(document: bytes) -> Element:
    """Return the root of a document.

    Raises:
        RecordError: it is no well-formed XML, declares a document type, is too long or too deep.
    """
    if len(document) > MOST_BYTES:
        raise RecordError(f"XML of {len(document)} bytes; up to {MOST_BYTES} are read")
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    root = Element(name="", attributes={})
    open_ones = [root]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_ones) > MOST_DEPTH:
            raise RecordError(f"XML is nested deeper than {MOST_DEPTH}")
        plain = {_plain(key): value for key, value in attributes.items()}
        element = Element(name=_plain(name), attributes=plain)
        open_ones[-1].children.append(element)
        open_ones.append(element)

    def end(_: str) -> None:
        open_ones.pop()

    def text(data: str) -> None:
        open_ones[-1].text += data

    def refuse(*_: object) -> None:
        raise RecordError("XML declares a document type or entities; metadata never do")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise RecordError(f"not well-formed XML: {error}") from error
    return root.children[0]


def _plain(name: str) -> str:
    return name.rpartition(_SEPARATOR)[2]
