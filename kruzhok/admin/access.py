"""Who may see the pages of the site's administrators: they do not exist for anybody else."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.errors import NotFound
from course.base.files import File
from course.users.access import SignInFirst, whoever
from course.users.models import User
from kruzhok.admin.uploads import ZIP


def administrator() -> User:
    """Return the administrator who asks; raise SignInFirst for a visitor, NotFound for everybody else."""
    user = whoever()
    if user is None:
        raise SignInFirst
    if not user.administrator:
        raise NotFound
    return user


def upload_named(session: Session, sha256: str) -> File:
    """Return the curriculum that was uploaded, by its hash; raise NotFound where there is none (any longer)."""
    file = session.scalar(select(File).where(File.sha256 == sha256, File.media_type == ZIP))
    if file is None:
        raise NotFound
    return file
