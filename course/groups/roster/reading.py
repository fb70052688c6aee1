"""A table of people, read: which column is which, and what each row says. No row hinders another."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from course.base.csv_files import Row, Table
from course.base.words import _
from course.groups.opening import LONGEST_NAME
from course.users import accounts

Column = Literal["name", "first", "last", "email", "subgroup", "role"]

#: What is wanted of a row, in words.
COLUMNS: Mapping[Column, str] = {
    "name": _("name"),
    "first": _("first name"),
    "last": _("last name"),
    "email": _("e-mail"),
    "subgroup": _("subgroup"),
    "role": _("role"),
}

#: Heads as people write them, in small letters without spaces and signs.
_HEADS: Mapping[str, Column] = {
    **dict.fromkeys(
        ("name", "names", "fullname", "student", "studentname", "participant", "member", "learner"), "name"
    ),
    **dict.fromkeys(("nom", "nombre", "nome", "имя", "фио", "студент", "имяифамилия"), "name"),
    **dict.fromkeys(("firstname", "first", "givenname", "forename", "vorname", "prénom", "prenom", "imię"), "first"),
    **dict.fromkeys(("lastname", "last", "surname", "familyname", "nachname", "nazwisko", "фамилия"), "last"),
    **dict.fromkeys(
        ("email", "emails", "mail", "emailaddress", "mailaddress", "address", "username", "login"), "email"
    ),
    **dict.fromkeys(("почта", "элпочта", "электроннаяпочта", "адрес", "courriel", "correo", "adresemail"), "email"),
    **dict.fromkeys(("subgroup", "subgroups", "group", "groups", "section", "team", "class", "gruppe"), "subgroup"),
    **dict.fromkeys(("группа", "подгруппа", "groupe", "grupo", "grupa"), "subgroup"),
    **dict.fromkeys(("role", "roles", "роль", "rolle", "rol", "rola"), "role"),
}
_ROLES: Mapping[str, Literal["student", "tutor"]] = {
    **dict.fromkeys(("student", "students", "learner", "member", "участник", "студент"), "student"),
    **dict.fromkeys(("tutor", "tutors", "teacher", "instructor", "преподаватель", "тьютор"), "tutor"),
}
_ADDRESS = re.compile(r"[^\s<>(),;:\"'\[\]]+@[^\s<>(),;:\"'\[\]]+")


class Entry(NamedTuple):
    """What a row says of somebody. Of a broken one `problem` says what is wrong and how to mend it, `words` what stands
    there. SUBGROUP and ROLE are None where it says nothing of them."""

    line: int
    email: str = ""
    name: str = ""
    subgroup: str | None = None
    role: Literal["student", "tutor"] | None = None
    problem: str | None = None
    words: str = ""


class People(NamedTuple):
    """The entries in the order of the file, and how it was understood."""

    entries: Sequence[Entry]
    notes: Sequence[str]


class Cannot(Exception):
    """What is wrong with the whole: that nowhere in it is an e-mail."""


def read_people(table: Table) -> People:
    """Return who stands in TABLE, whose first row may be heads. Raise Cannot where there is no e-mail in it."""
    first = [_folded(cell) for cell in table.rows[0].cells]
    has_heads = not _addresses(table.rows[0]) and len(table.rows) > 1
    columns = {place: _HEADS[head] for place, head in enumerate(first) if head in _HEADS} if has_heads else {}
    columns = _first_of_each(columns)
    if "email" not in columns.values():
        columns = columns | _by_look(table.rows, columns)
    rows = table.rows[1:] if has_heads else table.rows
    entries = [entry for row in rows for entry in _entries(row, columns)]
    return People(entries, [*table.notes, _understood(columns, table.rows[0] if has_heads else None)])


def _folded(cell: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", cell).casefold())


def _addresses(row: Row) -> list[int]:
    return [place for place, cell in enumerate(row.cells) if _ADDRESS.search(cell)]


def _first_of_each(columns: Mapping[int, Column]) -> dict[int, Column]:
    """Return COLUMNS, each meaning once: of two columns with one meaning the first."""
    found: dict[int, Column] = {}
    for place, what in columns.items():
        if what not in found.values():
            found[place] = what
    return found


def _by_look(rows: Sequence[Row], known: Mapping[int, Column]) -> dict[int, Column]:
    """Return which columns are e-mail, and where no head says it name and subgroup: by what stands in them."""
    counts: dict[int, int] = {}
    for row in rows:
        for place in _addresses(row):
            counts[place] = counts.get(place, 0) + 1
    if not counts:
        raise Cannot(_("There is no e-mail in it. Each row needs one, for that is where the invitation goes."))
    email = max(sorted(counts), key=lambda place: counts[place])
    found: dict[int, Column] = {email: "email"}
    if not known:
        wide = max(len(row.cells) for row in rows)
        others = [place for place in range(wide) if place != email]
        found |= dict(zip(others, ("name", "subgroup"), strict=False))
    return found


def _understood(columns: Mapping[int, Column], heads: Row | None) -> str:
    said = "; ".join(
        _("column {n} is the {what}").format(n=place + 1, what=COLUMNS[what]) for place, what in sorted(columns.items())
    )
    if heads is None:
        return _("Without heads it was read so: {said}.").format(said=said)
    left = [cell.strip() for place, cell in enumerate(heads.cells) if place not in columns and cell.strip()]
    words = _("Read by its heads: {said}.").format(said=said)
    return words + " " + _("Left out: {names}.").format(names=", ".join(left[:8])) if left else words


def _entries(row: Row, columns: Mapping[int, Column]) -> list[Entry]:
    """Return what ROW says: of one, or of several where all that stands in it are addresses; of none if it is empty."""
    words = " | ".join(cell for cell in row.cells if cell.strip())[:200]
    if not words:
        return []
    if row.problem is not None:
        return [Entry(row.line, problem=row.problem, words=words)]
    filled = [place for place, cell in enumerate(row.cells) if cell.strip()]
    if len(filled) > 1 and _addresses(row) == filled:
        return [_entry(row.line, {"email": row.cells[place]}, row.cells[place]) for place in filled]
    said = {what: row.cells[place] for place, what in columns.items() if place < len(row.cells)}
    return [_entry(row.line, said, words)]


def _entry(line: int, said: Mapping[Column, str], words: str) -> Entry:
    broken = Entry(line, words=words)
    try:
        email, beside = _email_in(said.get("email", ""))
        name = _one_line(said.get("name") or f"{said.get('first', '')} {said.get('last', '')}") or beside
        subgroup = _one_line(said.get("subgroup", "")) or None
    except (Cannot, accounts.Unfit) as error:
        return broken._replace(problem=str(error))
    if len(name) > accounts.LONGEST_NAME:
        problem = _("The name is too long: at most {n} characters fit.").format(n=accounts.LONGEST_NAME)
        return broken._replace(problem=problem)
    if subgroup is not None and len(subgroup) > LONGEST_NAME:
        problem = _("The name of the subgroup is too long: at most {n} characters fit.").format(n=LONGEST_NAME)
        return broken._replace(problem=problem)
    role = _folded(said.get("role", ""))
    if role and role not in _ROLES:
        problem = _("“{role}” is no role: write student or tutor, or leave it empty.")
        return broken._replace(problem=problem.format(role=said["role"].strip()[:40]))
    return Entry(line, email, name, subgroup, _ROLES[role] if role else None, words=words)


def _email_in(cell: str) -> tuple[str, str]:
    """Return the address in CELL, and the name beside it as in “Vera <vera@example.org>”. Raise Unfit, or Cannot."""
    if not cell.strip():
        raise Cannot(_("There is no e-mail in this row: add it, or delete the row."))
    found = _ADDRESS.findall(cell)
    if len(found) > 1:
        raise Cannot(_("There are several e-mails in one cell: give each a row of its own."))
    inside = re.fullmatch(r"\s*(?P<name>[^<>]*?)\s*<\s*(?:mailto:)?(?P<email>[^<>]+?)\s*>\s*", cell)
    if inside is not None:
        return accounts.normal_email(inside["email"]), _one_line(inside["name"].strip("\"' "))
    return accounts.normal_email(re.sub(r"\A\s*mailto:", "", cell)), ""


def _one_line(text: str) -> str:
    """Return TEXT on one line, without what cannot be printed."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(sign for sign in plain if sign.isprintable())
