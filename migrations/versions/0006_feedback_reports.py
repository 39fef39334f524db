"""Bounces and complaints: what was reported of a mail, and how much was not believed."""

import sqlalchemy as sa
from alembic import op

from digest.system.db import UTC

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'report',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('source_key', sa.String(length=60), nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('why', sa.String(length=12), nullable=False),
        sa.Column('via', sa.String(length=10), nullable=False),
        sa.Column('status', sa.String(length=12), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('issue_id', sa.Integer(), nullable=True),
        sa.Column('subscriber_id', sa.Integer(), nullable=True),
        sa.Column('at', UTC(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('hard', 'soft', 'complaint')", name=op.f('ck_report_kind')),
        sa.ForeignKeyConstraint(
            ['issue_id'], ['issue.id'], name=op.f('fk_report_issue_id_issue'), ondelete='SET NULL'
        ),
        sa.ForeignKeyConstraint(
            ['subscriber_id'], ['subscriber.id'], name=op.f('fk_report_subscriber_id_subscriber'),
            ondelete='SET NULL',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
        sa.UniqueConstraint('source_key', name=op.f('uq_report_source_key')),
    )
    op.create_index('ix_report_issue_kind', 'report', ['issue_id', 'kind'])
    op.create_index(op.f('ix_report_subscriber_id'), 'report', ['subscriber_id'])
    op.create_table(
        'unheeded',
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('via', sa.String(length=10), nullable=False),
        sa.Column('why', sa.String(length=12), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('day', 'via', 'why', name=op.f('pk_unheeded')),
    )


def downgrade() -> None:
    op.drop_table('unheeded')
    op.drop_index(op.f('ix_report_subscriber_id'), table_name='report')
    op.drop_index('ix_report_issue_kind', table_name='report')
    op.drop_table('report')
