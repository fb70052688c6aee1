"""What commands share: the settings, and the database, brought up to date before anything asks it."""

from functools import cached_property

from course.base.db import Database, make_engine
from kruzhok.config import Config, read_config
from kruzhok.migrations import migrate


class Site:
    """The site a command works on."""

    @cached_property
    def config(self) -> Config:
        """The settings of the environment."""
        return read_config()

    def database(self) -> Database:
        """Return the database, migrated."""
        self.config.instance.mkdir(parents=True, exist_ok=True)
        database = Database(make_engine(self.config.database_url))
        migrate(database)
        return database
