"""The hold of a copied instance, and a quick way to the uncertain mails."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'instance',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('place', sa.String(length=140), nullable=False),
        sa.Column('machine', sa.String(length=32), nullable=False),
        sa.Column('cards', sa.JSON(), nullable=False),
        sa.Column('mark', sa.String(length=40), nullable=False),
        sa.Column('host', sa.String(length=255), nullable=False),
        sa.Column('beats', sa.Integer(), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('hold', sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "hold IN ('', 'copied', 'restored', 'older', 'asleep')", name=op.f('ck_instance_hold')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_instance')),
    )
    op.create_index(
        'ix_delivery_uncertain', 'delivery', ['issue_id', 'subscriber_id'], unique=False,
        sqlite_where=sa.text('state = 3'), postgresql_where=sa.text('state = 3'),
    )


def downgrade() -> None:
    op.drop_index('ix_delivery_uncertain', table_name='delivery')
    op.drop_table('instance')
