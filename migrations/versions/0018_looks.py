"""Newsletters: what they look like, their logos, and MJML of their own in versions."""

import sqlalchemy as sa
from alembic import op

from digest.system.db import UTC

revision = '0018'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('newsletter', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('look', sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )
    with op.batch_alter_table('newsletter', schema=None) as batch_op:
        batch_op.alter_column('look', server_default=None)
    op.create_table(
        'logo',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('newsletter_id', sa.Integer(), nullable=False),
        sa.Column('token', sa.String(length=40), nullable=False),
        sa.Column('mime', sa.String(length=20), nullable=False),
        sa.Column('width', sa.Integer(), nullable=False),
        sa.Column('height', sa.Integer(), nullable=False),
        sa.Column('data', sa.LargeBinary(), nullable=False),
        sa.Column('created_at', UTC(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['newsletter_id'], ['newsletter.id'], name=op.f('fk_logo_newsletter_id_newsletter'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_logo')),
        sa.UniqueConstraint('token', name=op.f('uq_logo_token')),
    )
    op.create_index(op.f('ix_logo_newsletter_id'), 'logo', ['newsletter_id'])
    op.create_table(
        'mail_template',
        sa.Column('newsletter_id', sa.Integer(), nullable=False),
        sa.Column('n', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('source', sa.Text(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=True),
        sa.Column('at', UTC(timezone=True), nullable=False),
        sa.Column('used_at', UTC(timezone=True), nullable=True),
        sa.Column('broken_at', UTC(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['newsletter_id'], ['newsletter.id'],
            name=op.f('fk_mail_template_newsletter_id_newsletter'), ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['user_id'], ['user.id'], name=op.f('fk_mail_template_user_id_user'),
            ondelete='SET NULL',
        ),
        sa.PrimaryKeyConstraint('newsletter_id', 'n', name=op.f('pk_mail_template')),
    )


def downgrade() -> None:
    op.drop_table('mail_template')
    op.drop_index(op.f('ix_logo_newsletter_id'), 'logo')
    op.drop_table('logo')
    with op.batch_alter_table('newsletter', schema=None) as batch_op:
        batch_op.drop_column('look')
