"""What counting readers by form and by time, and listing mails that did not arrive, reads."""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_membership_form', 'membership', ['form_id', 'state'])
    op.create_index('ix_membership_at', 'membership', ['at', 'state', 'form_id'])
    op.create_index(
        'ix_delivery_lost', 'delivery', ['issue_id', 'state', 'subscriber_id'],
        sqlite_where=sa.text('state > 2'), postgresql_where=sa.text('state > 2'),
    )


def downgrade() -> None:
    op.drop_index('ix_delivery_lost', table_name='delivery')
    op.drop_index('ix_membership_at', table_name='membership')
    op.drop_index('ix_membership_form', table_name='membership')
