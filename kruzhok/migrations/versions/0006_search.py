"""Words can be looked for: one table of what can be found, and in each database an index of its words."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = (
    "person term event source lesson document reading prompt passage note frame journal seed post reply".split()
)
#: What an entry can be of, and the table of that.
OF = {
    "person": "person",
    "term": "term",
    "event": "event",
    "source": "source",
    "activity": "activity",
    "text": "text",
    "passage": "passage",
    "note": "note",
    "frame": "frame",
    "journal_entry": "journal_entry",
    "seed": "seed",
    "post": "post",
    "note_reply": "note_reply",
}


def upgrade() -> None:
    """Make the table and the index of its words; a site with courses has it filled by its worker."""
    op.create_table(
        "search_entry",
        sa.Column("kind", sa.Enum(*KINDS, name="kind", native_enum=False, length=32, create_constraint=True), nullable=False),
        *(sa.Column(f"{name}_id", WIDE, nullable=True) for name in OF),
        sa.Column("version_id", WIDE, nullable=True),
        sa.Column("position", WIDE, nullable=False),
        sa.Column("head_size", WIDE, nullable=False),
        sa.Column("size", WIDE, nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            " + ".join(f"(CASE WHEN {name}_id IS NULL THEN 0 ELSE 1 END)" for name in OF) + " = 1",
            name=op.f("ck_search_entry_of_one_thing"),
        ),
        sa.CheckConstraint(
            "(kind = 'passage') = (version_id IS NOT NULL)", name=op.f("ck_search_entry_passages_have_a_version")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{table}.id"], name=op.f(f"fk_search_entry_{name}_id_{table}"), ondelete="CASCADE"
            )
            for name, table in (OF | {"version": "text_version"}).items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
    )
    op.create_index(op.f("ix_search_entry_version_id"), "search_entry", ["version_id"], unique=False)
    for name in OF:
        some = sa.text(f"{name}_id IS NOT NULL")
        op.create_index(
            f"one_entry_of_{name}", "search_entry", [f"{name}_id"], unique=True, sqlite_where=some, postgresql_where=some
        )
    if op.get_bind().dialect.name == "sqlite":
        _index_of_sqlite()
    else:
        _index_of_postgresql()
    op.execute(
        "INSERT INTO job (kind, payload, key, run_at, tries)"
        " SELECT 'reindex', '{}', 'reindex', CURRENT_TIMESTAMP, 0 WHERE EXISTS (SELECT 1 FROM course)"
    )


def _index_of_postgresql() -> None:
    """An index of the words as an array. The function says what it costs to part a row's words: PostgreSQL takes its own
    for nothing, and would rather read every row of a large table than this index."""
    op.execute(
        "CREATE FUNCTION search_words(words text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE"
        " COST 1000 AS $$ BEGIN RETURN string_to_array(words, ' '); END $$"
    )
    op.execute("CREATE INDEX search_index ON search_entry USING gin (search_words(words))")


def _index_of_sqlite() -> None:
    """An FTS5 table without words of its own (`content`), and the triggers that keep it as search_entry is."""
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5"
        "(words, content='search_entry', content_rowid='id', tokenize='ascii', detail='none', columnsize=0)"
    )
    taken_out = "INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', old.id, old.words);"
    put_in = "INSERT INTO search_index (rowid, words) VALUES (new.id, new.words);"
    for when, what in {
        "INSERT": put_in,
        "DELETE": taken_out,
        "UPDATE OF words": f"{taken_out} {put_in}",
    }.items():
        name = f"search_index_{when.split()[0].lower()}"
        op.execute(f"CREATE TRIGGER {name} AFTER {when} ON search_entry BEGIN {what} END")
