"""Opens and clicks: where counted links lead, which newsletters and issues count, who did what."""

import sqlalchemy as sa
from alembic import op

from digest.system.db import UTC

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('newsletter', 'issue'):
        for name in ('track_opens', 'track_clicks'):
            op.add_column(
                table, sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            )
    op.create_table(
        'link',
        sa.Column('issue_id', sa.Integer(), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.Column('url', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ['issue_id'], ['issue.id'], name=op.f('fk_link_issue_id_issue'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('issue_id', 'n', name=op.f('pk_link')),
    )
    op.create_table(
        'touch',
        sa.Column('issue_id', sa.Integer(), nullable=False),
        sa.Column('subscriber_id', sa.Integer(), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.Column('human', sa.Integer(), nullable=False),
        sa.Column('proxy', sa.Integer(), nullable=False),
        sa.Column('scanner', sa.Integer(), nullable=False),
        sa.Column('first_at', UTC(timezone=True), nullable=False),
        sa.Column('last_at', UTC(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['issue_id'], ['issue.id'], name=op.f('fk_touch_issue_id_issue'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['subscriber_id'], ['subscriber.id'], name=op.f('fk_touch_subscriber_id_subscriber'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('issue_id', 'subscriber_id', 'n', name=op.f('pk_touch')),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table('touch')
    op.drop_table('link')
    for table in ('issue', 'newsletter'):
        for name in ('track_clicks', 'track_opens'):
            op.drop_column(table, name)
