"""What is written to become more than words, in each dialect of ours: nothing is left of it that a browser would do."""

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from course.base.archives import BadArchive
from course.base.markdown import TooLong, blocks, inline_block, to_html, to_inline_html
from lessons.importing.imported import Unreadable
from lessons.importing.reading import read_text

ADDRESSES = st.sampled_from(
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "java&#x09;script:alert(1)",
        "&#106;avascript:alert(1)",
        "%6Aavascript:alert(1)",
        "\x01javascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>1</script>",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "//evil.example",
        "https://a.example/\"onmouseover='x'",
        "https://a.example/<b>",
        "mailto:a@b.example?bcc=c@d.example",
        "file:///etc/passwd",
        "#p-1",
        "text:x",
    ]
)
TAGS = st.sampled_from(
    [
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<ScRiPt>alert(1)</sCrIpT>",
        "<script\x00>",
        "<style>*{}</style>",
        "<a href='javascript:1' class=cite id=x>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=1&gt;'>",
        "<iframe srcdoc='<script>1</script>'>",
        "<form action=//evil.example><input name=csrf_token>",
        "<!--><img src=x onerror=1>-->",
        "<![CDATA[<img src=x onerror=1>]]>",
        "<?x <img src=x onerror=1>?>",
        "</p></div></main>",
        "&lt;img src=x onerror=1&gt;",
        "&#60;script&#62;",
        "<base href=//evil.example>",
        "<meta http-equiv=refresh content=0>",
        "<object data=data:x>",
        "<template><script>1</script>",
        "<noscript><p title='</noscript><img src=x onerror=1>'>",
        "\u202e\u2066",
        "\ud800",
        "\x00",
    ]
)
WORDS = st.text("ab `*_[]()!<>\"'\\|#{}:-\n&;.", max_size=12)
MARKS = st.one_of(
    st.builds("[{}]({})".format, st.one_of(WORDS, TAGS), ADDRESSES),
    st.builds("![{}]({})".format, WORDS, ADDRESSES),
    st.builds('[{}]({} "{}")'.format, WORDS, ADDRESSES, TAGS),
    st.builds("<{}>".format, ADDRESSES),
    st.builds("\n\n[{}]: {}\n\n[{}]".format, WORDS, ADDRESSES, WORDS),
    st.builds("\n\n```{}\n{}\n```\n\n".format, TAGS, TAGS),
    st.builds("`{}`".format, TAGS),
    st.builds("\n\n| a{} | b |\n|:--|--:|\n| {} | c |\n\n".format, TAGS, TAGS),
    st.builds("*{}*{{lang={}}}".format, WORDS, TAGS),
    st.builds("{} {{#{}}}".format, WORDS, TAGS),
    st.builds("[{}]{{lang={}}}".format, WORDS, WORDS),
    TAGS,
    WORDS,
)
SOURCES = st.lists(MARKS, max_size=6).map("".join)

#: No page of ours has a place for anything else in words that somebody wrote.
ELEMENTS = frozenset(
    re.findall(
        r"\w+",
        "a blockquote br button caption code dd div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img li ol p pre rp"
        " rt ruby s span strong sub sup table tbody td th thead tr ul",
    )
)
ATTRIBUTES = frozenset(
    re.findall(
        r"[\w-]+",
        "alt aria-label class colspan dir href lang loading popovertarget rel role rowspan src start tabindex type",
    )
)
LEADS = re.compile(r"(https?:|mailto:|#|/|\.?[\w./%?=&;+~@-]*$)", re.ASCII)


class Sieve(HTMLParser):
    """Refuses what is not on the lists."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS
        for name, value in attrs:
            assert name in ATTRIBUTES
            if name in {"href", "src"}:
                bare = re.sub(r"[\x00-\x20]", "", value or "").lower()
                assert not bare.startswith(("javascript:", "vbscript:", "data:", "file:", "//"))
                assert LEADS.match(bare)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


@given(SOURCES)
def test_nothing_that_was_written_is_more_than_words_and_safe_links(source: str) -> None:
    made = [block.html for block in blocks(source)[0]]
    made.append(inline_block(source)[0].html)
    for user in (to_html, to_inline_html):
        try:
            made.append(user(source))
        except TooLong:
            continue
    for html in made:
        Sieve().feed(html)


@given(SOURCES, st.sampled_from(["a.md", "a.html", "a.txt"]))
def test_nothing_in_a_file_that_was_brought_is_more_than_words_and_safe_links(source: str, name: str) -> None:
    try:
        brought = read_text(name, source.encode("utf-8", "replace"))
    except (Unreadable, BadArchive):
        return
    for section in brought.sections:
        for passage in section.passages:
            Sieve().feed(passage.html)
