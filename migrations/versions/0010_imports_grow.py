"""Imports and sends of a million rows: what they need, and no index more."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

READER = 'fk_delivery_subscriber_id_subscriber'
OPEN = sa.text('state IN (0, 1, 4)')


def upgrade() -> None:
    op.create_table(
        'import_run',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('token', sa.String(length=32), nullable=False),
        sa.Column('list_id', sa.Integer(), nullable=False),
        sa.Column('by', sa.Integer(), nullable=True),
        sa.Column('layout', sa.JSON(), nullable=False),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('last_key', sa.Text(), nullable=False),
        sa.Column('rows', sa.Integer(), nullable=False),
        sa.Column('total', sa.Integer(), nullable=False),
        sa.Column('added', sa.Integer(), nullable=False),
        sa.Column('existing', sa.Integer(), nullable=False),
        sa.Column('left', sa.Integer(), nullable=False),
        sa.Column('invalid', sa.Integer(), nullable=False),
        sa.Column('duplicates', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed')", name=op.f('ck_import_run_state')
        ),
        sa.ForeignKeyConstraint(
            ['list_id'], ['mailing_list.id'], ondelete='CASCADE',
            name=op.f('fk_import_run_list_id_mailing_list'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_import_run')),
        sa.UniqueConstraint('token', name=op.f('uq_import_run_token')),
    )
    op.drop_index('ix_membership_list_id_state', 'membership')
    op.create_index(
        'ix_membership_list', 'membership', ['list_id', 'subscriber_id', 'state', 'paused_until']
    )
    op.drop_index('ix_delivery_open', 'delivery')
    with op.batch_alter_table(
        'delivery', schema=None, table_kwargs={'sqlite_with_rowid': False}
    ) as batch_op:
        batch_op.drop_constraint(op.f(READER), type_='foreignkey')


def downgrade() -> None:
    with op.batch_alter_table(
        'delivery', schema=None, table_kwargs={'sqlite_with_rowid': False}
    ) as batch_op:
        batch_op.create_foreign_key(op.f(READER), 'subscriber', ['subscriber_id'], ['id'])
    op.create_index(
        'ix_delivery_open', 'delivery', ['issue_id', 'subscriber_id'], unique=False,
        sqlite_where=OPEN, postgresql_where=OPEN,
    )
    op.drop_index('ix_membership_list', 'membership')
    op.create_index('ix_membership_list_id_state', 'membership', ['list_id', 'state'])
    op.drop_table('import_run')
