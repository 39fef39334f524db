"""Buckets for limits of relays and domains, and the quiet hours of newsletters."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'bucket',
        sa.Column('name', sa.String(length=300), nullable=False),
        sa.Column('until', sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_bucket')),
    )
    for name in ('quiet_from', 'quiet_to'):
        op.add_column(
            'newsletter', sa.Column(name, sa.String(length=5), nullable=False, server_default='')
        )


def downgrade() -> None:
    for name in ('quiet_to', 'quiet_from'):
        op.drop_column('newsletter', name)
    op.drop_table('bucket')
