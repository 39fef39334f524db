"""People: five roles, invitations, second factors, passkeys, ways of writing dates."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0018'
branch_labels = None
depends_on = None

COLUMNS = (
    ('invited_at', sa.DateTime(timezone=True)),
    ('tf_primary_method', sa.String(64)),
    ('tf_totp_secret', sa.String(255)),
    ('mf_recovery_codes', sa.JSON()),
    ('fs_webauthn_user_handle', sa.String(64)),
    ('months', sa.String(10)),
    ('digits', sa.String(4)),
    ('hijri', sa.Boolean()),
    ('week_start', sa.Integer()),
)
RENAME = sa.text('UPDATE role SET name = :new WHERE name = :old')


def upgrade() -> None:
    with op.batch_alter_table('user', schema=None) as batch_op:
        for name, kind in COLUMNS:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        batch_op.create_unique_constraint(
            op.f('uq_user_fs_webauthn_user_handle'), ['fs_webauthn_user_handle']
        )
    op.create_table(
        'passkey',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('credential_id', sa.LargeBinary(1024), nullable=False),
        sa.Column('public_key', sa.LargeBinary(), nullable=False),
        sa.Column('sign_count', sa.Integer(), nullable=False),
        sa.Column('transports', sa.JSON(), nullable=True),
        sa.Column('backup_state', sa.Boolean(), nullable=False),
        sa.Column('device_type', sa.String(64), nullable=False),
        sa.Column('extensions', sa.String(255), nullable=True),
        sa.Column('create_datetime', sa.DateTime(timezone=True), nullable=False),
        sa.Column('lastuse_datetime', sa.DateTime(timezone=True), nullable=False),
        sa.Column('name', sa.String(64), nullable=False),
        sa.Column('usage', sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ['user_id'], ['user.id'], name=op.f('fk_passkey_user_id_user'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
        sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id')),
    )
    op.create_index('ix_passkey_user_id', 'passkey', ['user_id'])
    op.create_table(
        'house',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('months', sa.String(10), nullable=False),
        sa.Column('digits', sa.String(4), nullable=False),
        sa.Column('hijri', sa.Boolean(), nullable=False),
        sa.Column('hijri_offset', sa.Integer(), nullable=False),
        sa.Column('week_start', sa.Integer(), nullable=False),
        sa.Column('second_factor', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_house')),
    )
    # An editor did all that a publisher does; a viewer gets the least of the new roles that reads
    # no reader's address: who writes drafts sends nothing.
    bind = op.get_bind()
    bind.execute(RENAME, {'old': 'editor', 'new': 'publisher'})
    bind.execute(RENAME, {'old': 'viewer', 'new': 'author'})


def downgrade() -> None:
    # Nobody gains: only who could send and see readers becomes what was called an editor.
    bind = op.get_bind()
    _merge(bind, ('author', 'editor', 'audience'), 'viewer')
    _merge(bind, ('publisher',), 'editor')
    op.drop_table('house')
    op.drop_index('ix_passkey_user_id', 'passkey')
    op.drop_table('passkey')
    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('uq_user_fs_webauthn_user_handle'), type_='unique')
        for name, _kind in reversed(COLUMNS):
            batch_op.drop_column(name)


def _merge(bind: sa.Connection, names: tuple[str, ...], new: str) -> None:
    """Turn several roles into one; a person has one role, so no pair can come twice."""
    role = sa.table('role', sa.column('id'), sa.column('name'))
    given = sa.table('user_role', sa.column('user_id'), sa.column('role_id'))
    ids = list(bind.scalars(sa.select(role.c.id).where(role.c.name.in_(names)).order_by(role.c.id)))
    if not ids:
        return
    keep, others = ids[0], ids[1:]
    bind.execute(sa.update(given).where(given.c.role_id.in_(others)).values(role_id=keep))
    bind.execute(sa.delete(role).where(role.c.id.in_(others)))
    bind.execute(sa.update(role).where(role.c.id == keep).values(name=new))
