"""What commands share: the settings, and the database, brought up to date before anything asks it."""

from functools import cached_property

from course.base.db import Database, make_engine
from course.base.faults import refuse_damaged
from kruzhok.config import Config, read_config
from kruzhok.migrations import migrate


class Site:
    """The site a command works on."""

    @cached_property
    def config(self) -> Config:
        """The settings of the environment."""
        return read_config()

    def database(self, *, whole: bool = False) -> Database:
        """Return the database, migrated; where it must be WHOLE, all of it is read first, and Damaged raised."""
        self.config.instance.mkdir(parents=True, exist_ok=True)
        database = self.database_as_it_is()
        if whole:
            refuse_damaged(database)
        migrate(database)
        return database

    def database_as_it_is(self) -> Database:
        """Return the database in the schema it has, if there is any: for who copies it or replaces it."""
        return Database(make_engine(self.config.database_url))
