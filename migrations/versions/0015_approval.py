"""Approval: what happens when nobody answers, two people for a send, what was approved."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

UNANSWERED = 'ck_newsletter_unanswered'


def upgrade() -> None:
    with op.batch_alter_table('newsletter', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('unanswered', sa.String(length=10), nullable=False, server_default='hold')
        )
        batch_op.add_column(
            sa.Column('four_eyes', sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.create_check_constraint(op.f(UNANSWERED), "unanswered IN ('hold', 'send', 'lead')")
    op.add_column(
        'issue', sa.Column('held', sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column('issue', sa.Column('approved_version', sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column('issue', 'approved_version')
    op.drop_column('issue', 'held')
    with op.batch_alter_table('newsletter', schema=None) as batch_op:
        batch_op.drop_constraint(op.f(UNANSWERED), type_='check')
        batch_op.drop_column('four_eyes')
        batch_op.drop_column('unanswered')
