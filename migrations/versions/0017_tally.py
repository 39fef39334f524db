"""Numbers that are kept, and what growth and leaves are counted by."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'tally',
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('facts', sa.JSON(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_tally')),
    )


def downgrade() -> None:
    op.drop_table('tally')
