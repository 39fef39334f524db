"""What searching readers and articles reads, and what finding the issue that told a story reads."""

import sqlalchemy as sa
from alembic import op

from digest.text.fold import fold_each

revision = '0025'
down_revision = '0012'
branch_labels = None
depends_on = None

MANY = 5000  # rows at a time
LETTERS = 'varchar_pattern_ops'


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == 'sqlite'
    op.add_column('subscriber', sa.Column('domain', sa.String(320), nullable=False, server_default=''))
    op.add_column('subscriber', sa.Column('name_key', sa.String(400), nullable=False, server_default=''))
    op.add_column('article', sa.Column('search_key', sa.String(600), nullable=False, server_default=''))
    person = sa.table('subscriber', sa.column('address_key'), sa.column('domain'), sa.column('state'))
    at_sign = (sa.func.instr if on_sqlite else sa.func.strpos)(person.c.address_key, '@')
    op.execute(
        sa.update(person).where(person.c.state != 'erased')
        .values(domain=sa.func.substr(person.c.address_key, at_sign + 1))
    )
    _fold('subscriber', 'name', 'name_key', 400, "name <> ''")
    _fold('article', "title || ' ' || source_name", 'search_key', 600)
    op.create_index('ix_subscriber_domain', 'subscriber', ['domain'], postgresql_ops={'domain': LETTERS})
    op.create_index(
        'ix_subscriber_name', 'subscriber', ['name_key'], postgresql_ops={'name_key': LETTERS},
        sqlite_where=sa.text("name_key > ''"), postgresql_where=sa.text("name_key > ''"),
    )
    if not on_sqlite:
        op.create_index(
            'ix_subscriber_address', 'subscriber', ['address_key'],
            postgresql_ops={'address_key': LETTERS},
        )
    op.create_index('ix_article_search', 'article', ['story_id', 'search_key'])
    op.create_index('ix_story_topic_id', 'story', ['topic_id'])
    op.create_index('ix_item_story', 'item', ['story_id'])
    op.create_index('ix_item_article', 'item', ['article_id'])


def downgrade() -> None:
    op.drop_index('ix_item_article', table_name='item')
    op.drop_index('ix_item_story', table_name='item')
    op.drop_index('ix_story_topic_id', table_name='story')
    op.drop_index('ix_article_search', table_name='article')
    if op.get_bind().dialect.name != 'sqlite':
        op.drop_index('ix_subscriber_address', table_name='subscriber')
    op.drop_index('ix_subscriber_name', table_name='subscriber')
    op.drop_index('ix_subscriber_domain', table_name='subscriber')
    op.drop_column('article', 'search_key')
    op.drop_column('subscriber', 'name_key')
    op.drop_column('subscriber', 'domain')


def _fold(table: str, text: str, key: str, most: int, where: str = '1 = 1') -> None:
    """Fill a column with the folded form of a text; no database folds Arabic."""
    db, last = op.get_bind(), 0
    wanted = sa.text(
        f'SELECT id, {text} FROM {table} WHERE {where} AND id > :last ORDER BY id LIMIT {MANY}'  # noqa: S608
    )
    while rows := db.execute(wanted, {'last': last}).all():
        folded = fold_each([row[1] for row in rows])
        db.execute(
            sa.text(f'UPDATE {table} SET {key} = :key WHERE id = :id'),  # noqa: S608
            [{'id': row[0], 'key': text[:most]} for row, text in zip(rows, folded, strict=True)],
        )
        last = rows[-1][0]
