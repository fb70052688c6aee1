"""What the pages of imports read from a request."""

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, ValidationError

from course.base.archives import MIB
from course.base.forms import Form, WithinLength, clean_text, whole_number
from course.base.words import _
from lessons.importing.imported import LONGEST_TITLE, language_of, one_line
from lessons.importing.reading import MOST_BYTES
from lessons.imports.keeping import About

#: What a file may have; a book with its pictures has less.
MOST_FILE = 32 * MIB

#: The file, and words pasted beside it by mistake.
MOST_BODY = MOST_FILE + MOST_BYTES + MIB

#: The longest that is kept of where a text is from.
LONGEST_ORIGIN = 500

_ENDINGS = {"plain": "txt", "markdown": "md", "page": "html"}


class BringForm(Form):
    """A file, or words that were pasted."""

    file = FileField(
        _("A file"),
        description=_(
            "EPUB, HTML, Markdown or plain text; a book of up to {book} MiB, a text of up to {text} MiB."
        ).format(book=MOST_FILE // MIB, text=MOST_BYTES // MIB),
        render_kw={"accept": ".epub,.html,.htm,.xhtml,.md,.markdown,.txt,text/*,application/epub+zip"},
    )
    words = TextAreaField(_("Or words, pasted"), filters=[clean_text], render_kw={"rows": 8, "autocomplete": "off"})
    written = RadioField(
        _("How the words are written"),
        choices=[
            SelectChoice("plain", _("as they are, with an empty line between paragraphs")),
            SelectChoice("markdown", _("in Markdown")),
            SelectChoice("page", _("in HTML, as the source of a web page")),
        ],
        default="plain",
    )

    def validate_file(self, field: FileField) -> None:
        """There must be a file or words, and not both."""
        if field.data and self.words.data.strip():
            raise ValidationError(_("Bring a file or paste words, not both: take one of the two away."))
        if not field.data and not self.words.data.strip():
            raise ValidationError(_("Choose a file first, or paste words below."))

    def brought(self) -> tuple[str, bytes]:
        """Return the name and the bytes of what was brought; of a file that is too large no more than shows that."""
        if self.file.data:
            return str(self.file.data.filename or ""), self.file.data.read(MOST_FILE + 1)
        name = _("Pasted words")
        return f"{name}.{_ENDINGS[self.written.data]}", self.words.data.encode()

    def refuse(self, message: str) -> None:
        """Hang what is wrong with what was brought on the field it came by."""
        field = self.file if self.file.data else self.words
        field.errors = [message]


def _in_one_line(text: str | None) -> str:
    return one_line(clean_text(text), LONGEST_ORIGIN)


class AboutForm(Form):
    """What is told of a text beside its words."""

    title = StringField(
        _("Title"),
        filters=[_in_one_line],
        validators=[DataRequired(_("Say how the text is called.")), WithinLength(LONGEST_TITLE)],
    )
    by = StringField(_("Author"), filters=[_in_one_line], validators=[WithinLength(LONGEST_TITLE)])
    language = StringField(
        _("Language"),
        description=_("Its code: en, ru, de, he …"),
        filters=[_in_one_line],
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )
    direction = SelectField(
        _("Written"),
        choices=[SelectChoice("ltr", _("from left to right")), SelectChoice("rtl", _("from right to left"))],
    )
    licence = StringField(
        _("Licence"),
        description=_("What may be done with it, if you know: public domain, CC BY 4.0, own use only …"),
        filters=[_in_one_line],
        validators=[WithinLength(LONGEST_TITLE)],
    )
    origin = StringField(
        _("Where it is from"),
        description=_("A book, a library, an address."),
        filters=[_in_one_line],
        validators=[WithinLength(LONGEST_ORIGIN)],
    )

    def validate_language(self, field: StringField) -> None:
        """A code, as pages say it to browsers and readers aloud."""
        if field.data and not language_of(field.data):
            raise ValidationError(
                _("This is no code of a language: write en, ru, pt-BR or the like, or leave it empty.")
            )

    def about(self) -> About:
        """Return what was told."""
        return About(
            self.title.data,
            self.by.data,
            language_of(self.language.data),
            "rtl" if self.direction.data == "rtl" else "",
            self.licence.data,
            self.origin.data,
        )


class CopyForm(Form):
    """Which text is to be copied."""

    text = HiddenField()

    @property
    def text_id(self) -> int:
        """The id of the text, 0 where it is none."""
        return whole_number(self.text.data) or 0
