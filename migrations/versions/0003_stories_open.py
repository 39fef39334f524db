"""What an editor told apart, stories that were sent and what follows them, likeness."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'story_apart',
        sa.Column('article_id', sa.Integer(), nullable=False),
        sa.Column('other_id', sa.Integer(), nullable=False),
        sa.CheckConstraint('article_id < other_id', name=op.f('ck_story_apart_order')),
        sa.ForeignKeyConstraint(
            ['article_id'], ['article.id'], name=op.f('fk_story_apart_article_id_article'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['other_id'], ['article.id'], name=op.f('fk_story_apart_other_id_article'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('article_id', 'other_id', name=op.f('pk_story_apart')),
    )
    op.create_index(op.f('ix_story_apart_other_id'), 'story_apart', ['other_id'])
    with op.batch_alter_table('story', schema=None) as batch_op:
        batch_op.add_column(sa.Column('likeness', sa.Double(), nullable=True))
        batch_op.add_column(sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('follows_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_story_closed_at'), ['closed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_story_follows_id'), ['follows_id'], unique=False)
        batch_op.create_foreign_key(
            batch_op.f('fk_story_follows_id_story'), 'story', ['follows_id'], ['id'],
            ondelete='SET NULL',
        )

    # What was sent before there was this column is known from its issue.
    op.execute(
        "UPDATE story SET closed_at = ("
        " SELECT max(coalesce(issue.frozen_at, issue.sent_at)) FROM item"
        " JOIN issue ON issue.id = item.issue_id WHERE item.story_id = story.id"
        " AND issue.state IN ('frozen', 'sending', 'paused', 'sent'))"
    )


def downgrade() -> None:
    with op.batch_alter_table('story', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_story_follows_id_story'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_story_follows_id'))
        batch_op.drop_index(batch_op.f('ix_story_closed_at'))
        batch_op.drop_column('follows_id')
        batch_op.drop_column('closed_at')
        batch_op.drop_column('likeness')

    op.drop_table('story_apart')
