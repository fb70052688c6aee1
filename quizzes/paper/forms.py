"""What the address of a paper asks for."""

from flask import request

from course.base.forms import Form


class PaperForm(Form):
    """A paper with the key, or without."""

    @property
    def key(self) -> bool:
        """Whether the key is wanted."""
        return request.args.get("key") == "1"
