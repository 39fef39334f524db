"""Summaries of stories beside those of articles, who wrote them and from what; items name sources."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('summary', schema=None) as batch_op:
        batch_op.add_column(sa.Column('story_id', sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column('origin', sa.String(length=10), nullable=False, server_default='machine')
        )
        batch_op.add_column(sa.Column('parts', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(
            sa.Column('basis', sa.String(length=64), nullable=False, server_default='')
        )
        batch_op.alter_column('article_id', existing_type=sa.Integer(), nullable=True)
        batch_op.create_foreign_key(
            batch_op.f('fk_summary_story_id_story'), 'story', ['story_id'], ['id'],
            ondelete='CASCADE',
        )
        batch_op.create_check_constraint(
            batch_op.f('ck_summary_owner'), '(article_id IS NULL) <> (story_id IS NULL)'
        )
        batch_op.create_check_constraint(
            batch_op.f('ck_summary_origin'), "origin IN ('machine', 'editor')"
        )
        batch_op.create_index('uq_summary_story_id_n', ['story_id', 'n'], unique=True)
    op.add_column('item', sa.Column('told', sa.JSON(), nullable=False, server_default='[]'))


def downgrade() -> None:
    op.drop_column('item', 'told')
    op.execute("DELETE FROM summary WHERE story_id IS NOT NULL")
    with op.batch_alter_table('summary', schema=None) as batch_op:
        batch_op.drop_index('uq_summary_story_id_n')
        batch_op.drop_constraint(batch_op.f('ck_summary_owner'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_summary_origin'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_summary_story_id_story'), type_='foreignkey')
        batch_op.alter_column('article_id', existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column('basis')
        batch_op.drop_column('parts')
        batch_op.drop_column('origin')
        batch_op.drop_column('story_id')
