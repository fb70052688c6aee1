"""Rosters as people bring them: any order of columns, any heads or none, and rows that say nothing usable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.base.csv_files import CannotReadCsv, read_csv
from course.groups.roster.reading import Cannot, Entry, People, read_people


def read(words: str | bytes) -> People:
    return read_people(read_csv(words))


def said(words: str) -> list[tuple[str, str, str | None, str | None]]:
    return [(one.email, one.name, one.subgroup, one.role) for one in read(words).entries]


VERA = ("vera@example.org", "Vera Figner", "Readers A", "tutor")


@pytest.mark.parametrize(
    "words",
    [
        "name,e-mail,subgroup,role\nVera Figner,vera@example.org,Readers A,tutor\n",
        "Role;Sub-group;E-Mail Address;Full name\nTutor;Readers A;VERA@example.org;Vera  Figner\n",
        "Surname\tFirst name\tmail\tSECTION\trole\nFigner\tVera\tvera@example.org\tReaders A\tteacher\n",
        "ФИО;Почта;Группа;Роль\nVera Figner;vera@example.org;Readers A;Преподаватель\n",
        "id,login,nickname,name,group,role\n7,vera@example.org,V,Vera Figner,Readers A,tutor\n",
        "role,contact,name,subgroup\ntutor,vera@example.org,Vera Figner,Readers A\n",
    ],
)
def test_heads_stand_in_any_order_and_under_many_names(words: str) -> None:
    assert said(words) == [VERA]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("vera@example.org\nada@example.org\n", [("vera@example.org", ""), ("ada@example.org", "")]),
        ("Vera Figner,vera@example.org\n", [("vera@example.org", "Vera Figner")]),
        ("vera@example.org;Vera Figner\n", [("vera@example.org", "Vera Figner")]),
        ("Vera Figner <vera@example.org>\n", [("vera@example.org", "Vera Figner")]),
        ('"Figner, Vera" <mailto:Vera@example.org>\n', [("vera@example.org", "Figner, Vera")]),
        (
            "Vera <vera@example.org>; Ada <ada@example.org>\n",
            [("vera@example.org", "Vera"), ("ada@example.org", "Ada")],
        ),
        ("vera@example.org, ada@example.org\n", [("vera@example.org", ""), ("ada@example.org", "")]),
    ],
)
def test_without_heads_the_e_mail_is_found_by_its_look(words: str, expected: list[tuple[str, str]]) -> None:
    assert [(email, name) for email, name, _subgroup, _role in said(words)] == expected


def test_without_heads_the_third_column_is_the_subgroup_and_that_is_said() -> None:
    people = read("Vera,vera@example.org,Readers A\n")
    assert people.entries[0].subgroup == "Readers A"
    assert people.notes == [
        "Without heads it was read so: column 1 is the name; column 2 is the e-mail; column 3 is the subgroup."
    ]


def test_columns_that_are_left_out_are_named() -> None:
    (note,) = read("Name,E-mail,Student number,Phone\nVera,vera@example.org,7,+48\n").notes
    assert note == "Read by its heads: column 1 is the name; column 2 is the e-mail. Left out: Student number, Phone."


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Vera,,A,", "There is no e-mail in this row"),
        ("Vera,vera,A,", "looks like name@example.org"),
        ("Vera,vera@,A,", "looks like name@example.org"),
        ("Vera,vera@example..org,A,", "a dot too many"),
        ('Vera,"vera@example.org, ada@example.org",A,', "several e-mails in one cell"),
        ("Vera,vera@example.org,A,boss", "“boss” is no role"),
        (f"{'V' * 101},vera@example.org,A,", "The name is too long"),
        (f"Vera,vera@example.org,{'A' * 81},", "name of the subgroup is too long"),
        ('"Vera,vera@example.org,A,', "opened here and not closed"),
    ],
)
def test_a_broken_row_says_what_is_wrong_and_hinders_no_other(row: str, problem: str) -> None:
    entries = read(f"name,email,subgroup,role\n{row}\nAda,ada@example.org,A,student\n").entries
    assert entries[0].line == 2
    assert problem in (entries[0].problem or "")
    assert "V" in entries[0].words
    assert entries[1] == Entry(3, "ada@example.org", "Ada", "A", "student", words="Ada | ada@example.org | A | student")


def test_rows_without_anything_in_them_are_none() -> None:
    assert len(read("name;email\n;;;\n ; \nVera;vera@example.org\n").entries) == 1


@pytest.mark.parametrize("words", ["name,mobile\nVera,7\n", "Vera\nAda\n", "just words"])
def test_a_list_without_any_e_mail_is_refused(words: str) -> None:
    with pytest.raises(Cannot, match="no e-mail"):
        read(words)


def test_invisible_signs_in_names_are_left_out() -> None:
    assert said("name,email\nVe\u200bra \u202eFigner,vera@example.org\n")[0][1] == "Vera Figner"


@given(st.text(max_size=120))
def test_whatever_is_pasted_is_read_or_refused(words: str) -> None:
    try:
        people = read(words)
    except (CannotReadCsv, Cannot):
        return
    for one in people.entries:
        assert (one.problem is None) == bool(one.email)
        assert one.email == one.email.lower()
