"""Zip archives from strangers."""

import io
import stat
import struct
import unicodedata
import warnings
import zipfile
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.base.archives import MIB, BadArchive, Limits, read_archive

Named = str | zipfile.ZipInfo


def packed(*files: tuple[Named, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    """Return an archive of FILES, which may be named twice."""
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", method) as archive:
        warnings.simplefilter("ignore")  # of names that stand twice
        for name, content in files:
            archive.writestr(name, content)
        archive.comment = comment
    return stream.getvalue()


def entry(name: str, *, mode: int = 0, flags: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x")
    info.filename = name  # past the library's own care
    info.external_attr = mode << 16
    info.flag_bits = flags
    return info


def refusal(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(BadArchive) as caught:
        read_archive(data, limits=limits or Limits())
    assert caught.value.status == 422
    return str(caught.value)


def changed(data: bytes, changes: Mapping[int, bytes]) -> bytes:
    """Return DATA with other bytes at some places."""
    copy = bytearray(data)
    for at, new in changes.items():
        copy[at : at + len(new)] = new
    return bytes(copy)


def test_files_come_in_their_order_without_the_folders() -> None:
    data = packed(("b/", b""), ("b/two.xml", b"2"), ("./one.txt", b"1"), ("b//three", b""), comment=b"made by hand")
    assert list(read_archive(data).items()) == [("b/two.xml", b"2"), ("one.txt", b"1"), ("b/three", b"")]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_large_file_comes_whole(method: int) -> None:
    content = bytes(range(256)) * 4 * 300
    assert read_archive(packed(("a", content), method=method)) == {"a": content}


def test_names_are_in_one_unicode_form() -> None:
    assert list(read_archive(packed((unicodedata.normalize("NFD", "Ёлка.txt"), b"")))) == ["Ёлка.txt"]


def test_a_cyrillic_name_is_read_where_the_tool_does_not_say_that_it_is_utf8() -> None:
    data = packed(("Ленин.txt", b"x"))
    listed = data.rindex(b"PK\1\2")
    assert list(read_archive(changed(data, {6: b"\0\0", listed + 8: b"\0\0"}))) == ["Ленин.txt"]


def test_an_archive_within_stays_bytes() -> None:
    inner = packed(("deep", b"0" * MIB))
    assert read_archive(packed(("inner.zip", inner))) == {"inner.zip": inner}
    assert read_archive(packed(("inner.zip", inner), method=zipfile.ZIP_STORED)) == {"inner.zip": inner}


def test_an_archive_of_nothing_is_empty() -> None:
    assert read_archive(packed()) == {}


@pytest.mark.parametrize(
    "name",
    ["../up", "a/../../up", "a/..", "/etc/passwd", "//host/share", "C:/Windows", "c:slip", "..\\up", "a\\b", "\\\\host",
     "nul\0.txt", "line\nbreak", "bell\a", "\x7f", "page\u2028", "gpj\u202eexe", "../", "/"],
)  # fmt: skip
def test_an_unsafe_name_is_refused_and_named(name: str) -> None:
    message = refusal(packed(("good", b"1"), (entry(name), b"x")))
    assert "".join(char if char.isprintable() else "\ufffd" for char in name) in message
    assert "not safe" in message


def test_a_file_needs_a_name() -> None:
    assert "without a name" in refusal(packed((entry("."), b"x")))


@pytest.mark.parametrize(
    ("one", "other"),
    [("p.html", "p.html"), ("p.html", "P.HTML"), ("é", "e\u0301"), ("ё/a", "Ё/A"), ("straße", "STRASSE"), ("a", "./a")],
)
def test_two_names_that_a_disk_may_take_for_one_are_refused(one: str, other: str) -> None:
    assert one in refusal(packed((one, b"1"), (other, b"2")))


def test_a_file_is_no_folder() -> None:
    assert "both a file and a folder" in refusal(packed(("a/b/c", b"1"), ("A", b""), ("a/B", b"2")))


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFIFO, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFDIR])
def test_links_and_devices_are_refused(mode: int) -> None:
    assert "way-out" in refusal(packed((entry("way-out", mode=mode), b"/etc/passwd")))


def test_what_is_encrypted_is_refused() -> None:
    data = packed(("secret", b"x"))
    assert "“secret” in the archive is encrypted" in refusal(changed(data, {data.rindex(b"PK\1\2") + 8: b"\1"}))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(method: int) -> None:
    assert "“a” in the archive is packed" in refusal(packed(("a", b"x"), method=method))


def test_entries_are_counted() -> None:
    data = packed(*((f"f{number}", b"") for number in range(4)), ("folder/", b""))
    assert len(read_archive(data, limits=Limits(entries=5))) == 4
    assert "more than 4 entries" in refusal(data, Limits(entries=4))


def test_entries_are_counted_whatever_the_archive_says() -> None:
    data = packed(*((f"f{number}", b"") for number in range(4)))
    end = data.rindex(b"PK\5\6")
    assert "more than 3 entries" in refusal(changed(data, {end + 8: struct.pack("<HH", 1, 1)}), Limits(entries=3))
    assert "damaged" in refusal(changed(data, {end + 8: struct.pack("<HH", 1, 1)}))


def test_one_file_has_a_limit() -> None:
    data = packed(("small", b"1"), ("large", bytes(range(250)) * 400))
    assert len(read_archive(data, limits=Limits(one=100_000))) == 2
    assert "“large”" in refusal(data, Limits(one=99_999))


def test_all_files_have_a_limit_together() -> None:
    data = packed(("one", b"1" * 1000), ("two", b"2" * 1000))
    assert len(read_archive(data, limits=Limits(total=2000))) == 2
    assert "“two”" in refusal(data, Limits(total=1999))


def test_an_archive_is_read_from_a_stream() -> None:
    assert read_archive(io.BytesIO(packed(("a", b"x")))) == {"a": b"x"}


def test_no_more_is_read_of_a_stream_than_an_archive_may_have() -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            assert 0 <= size <= 2 * MIB + 1
            return bytes(size)

    with pytest.raises(BadArchive, match="more than 2 MiB"):
        read_archive(Endless(), limits=Limits(total=MIB))  # type: ignore[arg-type]


def test_a_bomb_is_refused_long_before_it_is_unpacked() -> None:
    assert "“bomb” in the archive unpacks to more than 200 times" in refusal(packed(("bomb", bytes(8 * MIB))))


def test_a_small_blank_page_is_no_bomb() -> None:
    assert len(read_archive(packed(("blank", bytes(MIB))))["blank"]) == MIB


@pytest.mark.parametrize("stated", [0, 10, 40_000_000])
def test_a_size_that_lies_is_refused(stated: int) -> None:
    data = packed(("lies", b"0123456789abcdef"))
    lying = changed(data, {22: struct.pack("<L", stated), data.rindex(b"PK\1\2") + 24: struct.pack("<L", stated)})
    assert "“lies” in the archive has not the size" in refusal(lying)


def test_a_size_that_lies_hides_no_bomb() -> None:
    data = packed(("lies", bytes(20 * MIB)))
    assert "“lies”" in refusal(changed(data, {data.rindex(b"PK\1\2") + 24: struct.pack("<L", 10)}))


def test_entries_that_share_a_body_are_refused() -> None:
    data = packed(("a", b"x" * 100), ("b", b"x" * 100))
    listed = data.rindex(b"PK\1\2")
    assert "lies over another part" in refusal(changed(data, {listed + 42: struct.pack("<L", 0)}))


def test_an_entry_that_runs_into_the_list_of_contents_is_refused() -> None:
    data = packed(("a", b"x" * 100))
    assert "“a”" in refusal(changed(data, {data.rindex(b"PK\1\2") + 20: struct.pack("<L", 200)}))


def test_a_body_under_another_name_is_refused() -> None:
    assert "“a”" in refusal(changed(packed(("a", b"x")), {30: b"b"}))


def test_a_body_that_was_changed_is_refused() -> None:
    data = packed(("a", b"0123456789"), method=zipfile.ZIP_STORED)
    assert "“a” in the archive is damaged" in refusal(changed(data, {35: b"!"}))


def test_nothing_may_stand_before_or_after_an_archive() -> None:
    data = packed(("a", b"x"))
    assert "before its beginning" in refusal(b"GIF89a" + data)
    assert "after its end" in refusal(data + b"more")


@pytest.mark.parametrize("data", [b"", b"PK", b"<html>", b"PK\5\6", b"\x1f\x8b" + bytes(100)])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    assert refusal(data) == "This is not a zip archive."


@given(st.integers(0, 400))
def test_a_truncated_archive_is_refused_wherever_it_ends(cut: int) -> None:
    data = packed(("a", bytes(range(200))), ("b", b"x" * 50))
    if cut < len(data):
        refusal(data[:cut])


@given(st.dictionaries(st.integers(0, 320), st.integers(0, 255), min_size=1, max_size=4))
def test_a_damaged_archive_is_read_or_refused_and_nothing_else(damage: dict[int, int]) -> None:
    data = bytearray(packed(("a/one", bytes(range(99))), ("b", b"x" * 50), ("ё/", b"")))
    for at, byte in damage.items():
        data[at % len(data)] = byte
    try:
        files = read_archive(bytes(data))
    except BadArchive:
        return
    assert all(".." not in name and not name.startswith("/") for name in files)
