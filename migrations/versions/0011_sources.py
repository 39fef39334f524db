"""Sources: what is cut from their articles, and articles that are pushed to us."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

KIND = 'ck_source_kind'


def upgrade() -> None:
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('rules', sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )
        batch_op.drop_constraint(op.f(KIND), type_='check')
        batch_op.create_check_constraint(op.f(KIND), "kind IN ('feed', 'page', 'text', 'push')")
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.alter_column('rules', server_default=None)
    op.create_index('ix_article_source_published', 'article', ['source_id', 'published_at'])
    op.create_index('ix_article_story', 'article', ['story_id', 'state', 'saved'])
    op.create_index(
        'ix_article_saved', 'article', ['story_id'], sqlite_where=sa.text('saved = 1'),
        postgresql_where=sa.text('saved'),
    )
    op.drop_index('ix_article_story_id', 'article')


def downgrade() -> None:
    op.create_index('ix_article_story_id', 'article', ['story_id'])
    op.drop_index('ix_article_saved', 'article')
    op.drop_index('ix_article_story', 'article')
    op.drop_index('ix_article_source_published', 'article')
    # Articles stay with the name they came under, as when an editor deletes a source.
    op.execute(sa.text("UPDATE source SET kind = 'text' WHERE kind = 'push'"))
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.drop_constraint(op.f(KIND), type_='check')
        batch_op.create_check_constraint(op.f(KIND), "kind IN ('feed', 'page', 'text')")
        batch_op.drop_column('rules')
