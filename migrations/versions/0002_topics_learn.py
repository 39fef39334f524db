"""What editors' corrections teach; security among the default topics, and fuller hints."""

import hashlib

import sqlalchemy as sa
from alembic import op

from digest.articles.hints import DEFAULTS, split_hints

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

# The eight defaults of 0001 in their order: slug, name, and a fingerprint of their hints. Where
# one still reads so, nobody chose its words, and it becomes the default of today.
OURS = (
    ('politics', 'سياسة', '909e817a77cf9c5d'),
    ('economy', 'اقتصاد', '7e9aad0a4e4be3ec'),
    ('science', 'علوم وتقنية', '7d6afc9805dba7f0'),
    ('culture', 'ثقافة', 'bfa34a4ba32f0af8'),
    ('sport', 'رياضة', 'ee916425fbc473e6'),
    ('environment', 'بيئة', '8f649eec87e31b73'),
    ('health', 'صحة', '094ec6a2cabea273'),
    ('society', 'مجتمع', '73d475a996cbc314'),
)
RENAMED = {'science': 'technology'}
NEW = 'security'
topic = sa.table(
    'topic', sa.column('id', sa.Integer), sa.column('name', sa.String),
    sa.column('slug', sa.String), sa.column('position', sa.Integer), sa.column('hints', sa.JSON),
)


def upgrade() -> None:
    op.create_table(
        'topic_lesson',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('article_id', sa.Integer(), nullable=True),
        sa.Column('topic_id', sa.Integer(), nullable=True),
        sa.Column('terms', sa.JSON(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=True),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['article_id'], ['article.id'], name=op.f('fk_topic_lesson_article_id_article'),
            ondelete='SET NULL',
        ),
        sa.ForeignKeyConstraint(
            ['topic_id'], ['topic.id'], name=op.f('fk_topic_lesson_topic_id_topic'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['user_id'], ['user.id'], name=op.f('fk_topic_lesson_user_id_user'),
            ondelete='SET NULL',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_topic_lesson')),
        sa.UniqueConstraint('article_id', name=op.f('uq_topic_lesson_article_id')),
    )
    op.create_index(op.f('ix_topic_lesson_topic_id'), 'topic_lesson', ['topic_id'])
    _renew_topics(op.get_bind())


def downgrade() -> None:
    # The topics stay as they are: a section is not taken from stories that are in it.
    op.drop_table('topic_lesson')


def _renew_topics(connection: sa.Connection) -> None:
    """Bring untouched defaults to those of today; what an editor changed stays."""
    today = {slug: (name, split_hints(hints)) for name, slug, hints in DEFAULTS}
    kept = {row.slug: row for row in connection.execute(sa.select(topic))}
    # An editor who dropped, moved or renamed a topic made a list of their own: it gets no section.
    in_order = sorted(kept.values(), key=lambda row: (row.position, row.id))
    whole = [(row.slug, row.name) for row in in_order] == [(slug, name) for slug, name, _ in OURS]
    for slug, name, fingerprint in OURS:
        row = kept.get(slug)
        if row is None or row.name != name or _fingerprint(row.hints) != fingerprint:
            continue
        new = RENAMED.get(slug, slug)
        if new != slug and new in kept:
            continue
        values = {'slug': new, 'name': today[new][0], 'hints': today[new][1]}
        connection.execute(sa.update(topic).where(topic.c.id == row.id).values(values))
    if not whole:
        return
    name, hints = today[NEW]
    connection.execute(sa.insert(topic).values(slug=NEW, name=name, hints=hints, position=0))
    for position, slug in enumerate(today):
        connection.execute(sa.update(topic).where(topic.c.slug == slug).values(position=position))


def _fingerprint(hints: list[str]) -> str:
    return hashlib.sha256('|'.join(hints).encode()).hexdigest()[:16]
