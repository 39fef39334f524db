"""Links of issues are checked; what came of it is kept for each address."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'link_check',
        sa.Column('url_key', sa.String(length=64), nullable=False),
        sa.Column('url', sa.Text(), nullable=False),
        sa.Column('checked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('outcome', sa.String(length=20), nullable=False),
        sa.Column('status', sa.Integer(), nullable=True),
        sa.Column('lands_on', sa.Text(), nullable=False),
        sa.Column('seconds', sa.Double(), nullable=False),
        sa.Column('said', sa.JSON(), nullable=False),
        sa.Column('kept', sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint('url_key', name=op.f('pk_link_check')),
    )
    op.create_index('ix_link_check_checked_at', 'link_check', ['checked_at'])


def downgrade() -> None:
    op.drop_index('ix_link_check_checked_at', 'link_check')
    op.drop_table('link_check')
