"""Texts that somebody brings along (Markdown, HTML, EPUB, plain text), read into sections and passages. Pure.

Bytes become a tree of elements (`decoding`, `xhtml`, `tags`, `tree`), of which `pruning` takes what has no words of its
own; the tree becomes blocks (`blocks`), these passages (`rendering`), and these the sections of one text (`sections`).
A format only says what stands in it where. Every limit is one of size or number, so that the same bytes always come to
the same."""
