"""XML from people we do not know: no entity is expanded, nothing is fetched, and every fault has its line."""

from typing import Any, Protocol
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from course.base.errors import DomainError
from course.base.words import _


class BadXml(DomainError):
    """XML that is not well formed, or defines entities. Its message says which and where."""

    status = 422
    title = _("This file cannot be read")


class Target(Protocol):
    """What is told of elements and words in their order; names are `{namespace}name`."""

    def start(self, tag: str, attrs: dict[str, str], /) -> object:
        """Take note that an element begins."""

    def end(self, tag: str, /) -> object:
        """Take note that it ends."""

    def data(self, data: str, /) -> object:
        """Take note of words."""

    def close(self) -> object:
        """Take note that all is read."""


class Whereabouts:
    """Where in a text its reading has come to, while a target is told of something and when it broke off."""

    def __init__(self) -> None:
        self._expat: Any = None

    def follow(self, parser: Any) -> None:
        """Say from now on where PARSER is."""
        self._expat = parser.parser

    @property
    def place(self) -> tuple[int, int]:
        """The line and the column, both from 1."""
        return (self._expat.CurrentLineNumber, self._expat.CurrentColumnNumber + 1) if self._expat else (1, 1)


def feed_xml(text: str, target: Target, whereabouts: Whereabouts | None = None) -> None:
    """Tell TARGET what is in TEXT, a whole document that is decoded already, whatever encoding it declares; WHEREABOUTS
    says meanwhile where that is.

    What TARGET raises comes through. Raise BadXml for what is no XML, and for a definition of any entity: a document
    type may stand there, and is not looked up. Named characters of HTML are not known here."""
    parser: Any = DefusedXMLParser(target=target, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    if whereabouts is not None:
        whereabouts.follow(parser)
    try:
        parser.feed(text)
        parser.close()
    except ParseError as bad:
        raise BadXml(_("It is not well formed in line {line}.").format(line=bad.position[0])) from None
    except DefusedXmlException:
        raise BadXml(_("It defines entities, which is not allowed here.")) from None
