"""The board: a log of acts to take back, who writes in which section, who is there."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _ids_never_come_again(True)
    op.create_table(
        'issue_command',
        sa.Column('issue_id', sa.Integer(), nullable=False),
        sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=True),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('act', sa.String(length=40), nullable=False),
        sa.Column('kind', sa.String(length=4), nullable=False),
        sa.Column('of', sa.Integer(), nullable=True),
        sa.Column('change', sa.JSON(), nullable=False),
        sa.Column('inverse', sa.JSON(), nullable=False),
        sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('do', 'undo', 'redo')", name=op.f('ck_issue_command_kind')
        ),
        sa.ForeignKeyConstraint(
            ['issue_id'], ['issue.id'], name=op.f('fk_issue_command_issue_id_issue'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['user_id'], ['user.id'], name=op.f('fk_issue_command_user_id_user'),
            ondelete='SET NULL',
        ),
        sa.PrimaryKeyConstraint('issue_id', 'seq', name=op.f('pk_issue_command')),
    )
    op.create_table(
        'section_lock',
        sa.Column('issue_id', sa.Integer(), nullable=False),
        sa.Column('section_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('asked_by', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ['asked_by'], ['user.id'], name=op.f('fk_section_lock_asked_by_user'),
            ondelete='SET NULL',
        ),
        sa.ForeignKeyConstraint(
            ['issue_id'], ['issue.id'], name=op.f('fk_section_lock_issue_id_issue'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['user_id'], ['user.id'], name=op.f('fk_section_lock_user_id_user'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('issue_id', 'section_id', name=op.f('pk_section_lock')),
    )
    op.create_table(
        'presence',
        sa.Column('issue_id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['issue_id'], ['issue.id'], name=op.f('fk_presence_issue_id_issue'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['user_id'], ['user.id'], name=op.f('fk_presence_user_id_user'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('issue_id', 'user_id', name=op.f('pk_presence')),
    )


def downgrade() -> None:
    op.drop_table('presence')
    op.drop_table('section_lock')
    op.drop_table('issue_command')
    _ids_never_come_again(False)


def _ids_never_come_again(wanted: bool) -> None:
    """Let SQLite give no id of a deleted section or story to another one; undo brings it back."""
    if op.get_bind().dialect.name != 'sqlite':
        return
    for table in ('section', 'item'):
        with op.batch_alter_table(
            table, recreate='always', table_kwargs={'sqlite_autoincrement': wanted}
        ):
            pass
