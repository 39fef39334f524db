"""Keys for DKIM signatures, closed by the installation's secret."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'dkim_key',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('domain', sa.String(length=253), nullable=False),
        sa.Column('selector', sa.String(length=63), nullable=False),
        sa.Column('algorithm', sa.String(length=20), nullable=False),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('private', sa.Text(), nullable=False),
        sa.Column('public', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "algorithm IN ('rsa-sha256', 'ed25519-sha256')", name=op.f('ck_dkim_key_algorithm')
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'active', 'retired')", name=op.f('ck_dkim_key_state')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_dkim_key')),
        sa.UniqueConstraint('domain', 'selector', name=op.f('uq_dkim_key_domain_selector')),
    )


def downgrade() -> None:
    op.drop_table('dkim_key')
