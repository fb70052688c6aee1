"""What a site has kept, read from its tables in the model's terms."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.study_machine.model import sitting, things
from benchmarks.study_machine.model.remembering import Recall
from benchmarks.study_machine.model.things import ALONE, Place, Told
from benchmarks.study_machine.model.world import World
from course.completion.models import Completion, CompletionFact
from course.completion.records import standings_of
from course.groups.models import Enrolment, StudyGroup, Subgroup, SubgroupMember
from course.notices.models import Notice
from course.outline.models import Activity
from course.syllabus.models import Assignment, AssignmentTarget, RuleException
from course.texts.models import Text
from course.users.models import User
from lessons.discussion.models import Discussion, Post, PostVersion
from lessons.models import Draft, JournalEntry
from lessons.notes.models import Note, NoteReply
from quizzes.items.matching import choice_ident
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Purpose, Step, StepKind
from quizzes.policy import due_kept
from quizzes.review.models import Card, ReviewLog

Kept = dict[str, Any]

#: What may be chosen on the right of the matching: stored by a name made of the words.
CHOICES = {choice_ident(words): words for words in ("Ministries", "Soldiers", "Money", "Nothing yet")}


def kept(session: Session) -> Kept:
    """Return all that the model knows of, as the site has it."""
    people = _people(session)
    places = _places(session, people)
    found: Kept = {name: _nothing() for name in places.values()}
    activities = {
        key: (kind.value, ident) for key, kind, ident in _rows(session, Activity.id, Activity.kind, Activity.ident)
    }
    for place_id, activity_id, state in _rows(
        session, Completion.enrolment_id, Completion.activity_id, Completion.state
    ):
        found[places[place_id]]["states"][activities[activity_id]] = state.value
    facts = select(CompletionFact).order_by(CompletionFact.id)
    for fact in session.scalars(facts):
        told = found[places[fact.enrolment_id]]["facts"][activities[fact.activity_id]]
        told.append((fact.kind.value, fact.done, fact.at))
    _add_attempts(session, found, places, activities)
    entries = select(JournalEntry).order_by(JournalEntry.number)
    for entry in session.scalars(entries):
        found[places[entry.enrolment_id]]["entries"][activities[entry.activity_id][1]].append(
            (entry.text, entry.shared_at is not None)
        )
    versions = select(Post.enrolment_id, Activity.ident, Post.id, PostVersion.text)
    versions = versions.join(PostVersion, PostVersion.post_id == Post.id).join(
        Discussion, Discussion.id == Post.discussion_id
    )
    versions = versions.join(Activity, Activity.id == Discussion.activity_id)
    for place_id, prompt, post_id, words in session.execute(versions.order_by(Post.id, PostVersion.number)):
        found[places[place_id]]["posts"][prompt].setdefault(post_id, []).append(words)
    posts = session.scalars(select(Post.id).order_by(Post.id))
    numbers = {str(key): str(number) for number, key in enumerate(posts, 1)}
    for draft in session.scalars(select(Draft).order_by(Draft.copy)):
        kind, _colon, key = draft.place.partition(":")
        on = activities[int(key)][1] if kind == "prompt" else numbers[key]
        found[places[draft.enrolment_id]]["drafts"][f"{kind}:{on}"].append(draft.text)
    for one in found.values():
        one["posts"] = {prompt: list(posts.values()) for prompt, posts in one["posts"].items()}
    kept_of: Kept = {name: {what: dict(has) for what, has in one.items()} for name, one in found.items()}
    kept_of |= _memories(session, people)
    kept_of["notices"] = _notices(session, people, places, numbers)
    kept_of["notes"] = _notes(session, places)
    kept_of |= _given(session, places, activities)
    return kept_of


def _notices(
    session: Session, people: dict[int, str], places: dict[int, str], numbers: dict[str, str]
) -> dict[str, list[str]]:
    """Return of what everybody has a notice; NUMBERS are those of the posts by their ids."""
    essays = {
        f"attempt_item:{key}": f"{quiz} {number}, {ident}, of {places[place_id]}"
        for key, quiz, number, ident, place_id in session.execute(
            select(AttemptItem.id, Activity.ident, Attempt.number, Item.ident, Attempt.enrolment_id)
            .join(Attempt, Attempt.id == AttemptItem.attempt_id)
            .join(Activity, Activity.id == Attempt.activity_id)
            .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
            .join(Item, Item.id == ItemVersion.item_id)
            .where(Attempt.purpose == Purpose.quiz)
        )
        if place_id is not None
    }
    rules = select(RuleException.id, RuleException.field, Activity.ident, RuleException.enrolment_id)
    rules = rules.join(Activity, Activity.id == RuleException.activity_id)
    names = essays | {f"enrolment:{key}": name for key, name in places.items()}
    names |= {f"post:{key}": f"post {number}" for key, number in numbers.items()}
    for key, named, quiz, place_id in session.execute(rules.where(RuleException.enrolment_id.is_not(None))):
        assert place_id is not None  # by the query
        names[f"exception:{key}"] = f"{named} of {quiz}, for {places[place_id]}"
    given = session.scalars(select(Assignment.id).order_by(Assignment.id))
    names |= {f"assignment:{key}": f"assignment {number}" for number, key in enumerate(given, 1)}
    entries = select(JournalEntry.id, JournalEntry.number, Activity.ident, JournalEntry.enrolment_id)
    for key, number, prompt, place_id in session.execute(
        entries.join(Activity, Activity.id == JournalEntry.activity_id)
    ):
        names[f"journal_entry:{key}"] = f"entry {number} on {prompt}, of {places[place_id]}"
    notes = _numbered_notes(session)
    for key, note_id in session.execute(select(NoteReply.id, NoteReply.note_id)):
        names[f"note_reply:{key}"] = f"note {notes[note_id]}"
    found = defaultdict(set)
    for user_id, kind, ref in session.execute(select(Notice.user_id, Notice.kind, Notice.ref)):
        found[people[user_id]].add(f"{kind}: {names[ref]}")
    return {person: sorted(told) for person, told in found.items()}


def is_over(given: Assignment) -> bool:
    """Say whether it is asked of nobody any longer."""
    return given.withdrawn_at is not None


def _given(session: Session, places: dict[int, str], activities: dict[int, tuple[str, str]]) -> Kept:
    """Return the subgroups, what is assigned, and how much of what is asked everybody in a group has done."""
    members = defaultdict(list)
    for subgroup_id, place_id in _rows(session, SubgroupMember.subgroup_id, SubgroupMember.enrolment_id):
        members[subgroup_id].append(places[place_id])
    subgroups = {key: (name or "", sorted(members[key])) for key, name in _rows(session, Subgroup.id, Subgroup.name)}
    targets = defaultdict(list)
    for target in session.scalars(select(AssignmentTarget)):
        to = subgroups[target.subgroup_id][0] if target.subgroup_id else places[target.enrolment_id or 0]
        targets[target.assignment_id].append(to)
    rows = session.scalars(select(Assignment).order_by(Assignment.id)).all()
    groups = session.scalars(select(Enrolment).where(Enrolment.group_id.is_not(None))).all()
    return {
        "subgroups": sorted(subgroups.values()),
        "assignments": [
            (activities[one.activity_id], targets[one.id], one.required, one.due_at, one.closes_at, is_over(one))
            for one in rows
        ],
        "progress": {
            places[key]: (one.progress.done, one.progress.required)
            for key, one in standings_of(session, groups).items()
        },
    }


def _numbered_notes(session: Session) -> dict[int, int]:
    """Return the id of each note that there is -> the how-manieth it is: the ids themselves may have gaps."""
    return {key: number for number, key in enumerate(session.scalars(select(Note.id).order_by(Note.id)), 1)}


def _notes(session: Session, places: dict[int, str]) -> dict[int, Any]:
    """Return the notes, each with its replies, numbered as they were made."""
    replies = defaultdict(list)
    for reply in session.scalars(select(NoteReply).order_by(NoteReply.id)):
        replies[reply.note_id].append((places[reply.enrolment_id], reply.words))
    numbers = _numbered_notes(session)
    rows = session.execute(select(Note, Text.ident).join(Text, Text.id == Note.text_id))
    return {
        numbers[note.id]: (places[note.enrolment_id], text, note.words, note.shared_at is not None, replies[note.id])
        for note, text in rows
    }


def _memories(session: Session, people: dict[int, str]) -> Kept:
    """Return what everybody remembers, by question, and how much of review they want."""
    found: Kept = {
        f"what {people[user.id]} remembers": {
            "minutes": user.review_minutes,
            "retention": round(user.retention * 100),
            "cards": {},
        }
        for user in session.scalars(select(User))
    }
    logs = defaultdict(list)
    for row in session.scalars(select(ReviewLog).order_by(ReviewLog.number)):
        said = (row.at, row.rating, row.source.value, row.counts, row.taken_back_at is not None, row.milliseconds)
        logs[row.card_id].append(said)
    for card, ident in session.execute(select(Card, Item.ident).join(Item, Item.id == Card.item_id)):
        found[f"what {people[card.user_id]} remembers"]["cards"][ident] = {
            "log": logs[card.id],
            "rests": card.suspended_at is not None,
            "memory": card.due_on and (_short_of(card.stability), _short_of(card.difficulty), card.due_on),
        }
    return found


def _short_of(value: float | None) -> float | None:
    """Return VALUE without what two ways to the same float may differ by."""
    return None if value is None else round(value, 6)


def _nothing() -> dict[str, Any]:
    return {
        "states": {},
        "facts": defaultdict(list),
        "attempts": {},
        "entries": defaultdict(list),
        "drafts": defaultdict(list),
        "posts": defaultdict(dict),
    }


def _rows(session: Session, *columns: Any) -> Any:
    return session.execute(select(*columns))


def _people(session: Session) -> dict[int, str]:
    """Return user -> name; guests are numbered in the order in which they came."""
    guests, found = 0, {}
    for key, email in session.execute(select(User.id, User.email).order_by(User.id)):
        guests += email is None
        found[key] = email.partition("@")[0] if email else f"guest {guests}"
    return found


def _places(session: Session, people: dict[int, str]) -> dict[int, str]:
    """Return enrolment -> its name in the model."""
    rows = session.execute(
        select(Enrolment.id, Enrolment.user_id, StudyGroup.slug, Enrolment.left_at)
        .outerjoin(StudyGroup, StudyGroup.id == Enrolment.group_id)
        .order_by(Enrolment.id)
    )
    return {key: place_name(people[user], slug or ALONE, left=left is not None) for key, user, slug, left in rows}


def place_name(person: str, group: str, *, left: bool) -> str:
    """Return how a place is called where both are compared."""
    return f"{person} in {group}{', left' if left else ''}"


def _add_attempts(
    session: Session, found: Kept, places: dict[int, str], activities: dict[int, tuple[str, str]]
) -> None:
    steps = defaultdict(list)
    for step in session.scalars(select(Step).order_by(Step.attempt_item_id, Step.number)):
        steps[step.attempt_item_id].append(_step(step))
    items = defaultdict(list)
    rows = session.execute(
        select(AttemptItem.id, AttemptItem.attempt_id, Item.ident, ItemVersion.number)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .order_by(AttemptItem.attempt_id, AttemptItem.slot)
    )
    for key, attempt_id, ident, version in rows:
        items[attempt_id].append((ident, version, steps[key]))
    of_quizzes = select(Attempt).where(Attempt.purpose.in_((Purpose.quiz, Purpose.preview))).order_by(Attempt.id)
    for attempt in session.scalars(of_quizzes):
        assert attempt.enrolment_id is not None
        assert attempt.activity_id is not None
        quiz = activities[attempt.activity_id][1]
        found[places[attempt.enrolment_id]]["attempts"][quiz, attempt.number] = {
            "started": attempt.started_at,
            "deadline": attempt.deadline_at,
            "due": due_kept(attempt.policy, None),
            "submitted": attempt.submitted_at,
            "points": _short_of(attempt.points),
            "out of": round(attempt.max_points, 6) if attempt.submitted_at else None,
            "questions": items[attempt.id],
        }


def _step(step: Step) -> tuple[Any, ...]:
    response = step.response
    if response and "pairs" in response:
        response = {"pairs": {left: CHOICES[choice] for left, choice in response["pairs"].items()}}
    told = (step.kind.value, response, step.counts, _short_of(step.score))
    return told if step.kind is StepKind.rate else (*told, step.base_step)


def expected(world: World) -> Kept:
    """Return what the model says that a site has kept."""
    found: Kept = {}
    for place in world.places:
        name = _named(world, place)
        posts: dict[str, list[list[str]]] = {}
        for one in world.posts:
            if one.place is place:
                posts.setdefault(one.prompt, []).append(list(one.words))
        states = {part: world.state(place, part) for part in world.all_parts()}
        found[name] = {
            "states": {tuple(part): state for part, state in states.items() if state != "none"},
            "facts": {tuple(part): [tuple(fact[:3]) for fact in facts] for part, facts in place.facts.items() if facts},
            "attempts": {
                (quiz, one.number): _expected_attempt(one) for quiz, all_ in place.attempts.items() for one in all_
            },
            "entries": {
                prompt: [(one.text, one.shared) for one in entries]
                for prompt, entries in place.entries.items()
                if entries
            },
            "posts": posts,
            "drafts": {
                where: [one.text for one in copies.values()] for where, copies in place.drafts.items() if copies
            },
        }
    found["subgroups"] = sorted(
        (one.name, sorted(_named(world, place) for place in one.members)) for one in world.subgroups
    )
    found["assignments"] = [
        (tuple(one.part), _to(world, one.to), one.required, one.due, one.close, one.withdrawn)
        for one in world.assignments
    ]
    found["progress"] = {_named(world, one): world.figure(one) for one in world.places if one.group != ALONE}
    for person in world.users():
        found[f"what {world.name_of(person)} remembers"] = _expected_memory(world.recall[person])
    found["notices"] = {
        world.name_of(person): sorted({f"{one.kind}: {_of(world, one)}" for one in told})
        for person, told in world.told.items()
        if told
    }
    found["notes"] = {
        number: (
            _named(world, one.place),
            one.text,
            one.words,
            one.shared,
            [(_named(world, place), words) for place, words in one.replies],
        )
        for number, one in enumerate(world.notes, 1)
    }
    return found


def _named(world: World, place: Place) -> str:
    return place_name(world.name_of(place.person), place.group, left=place.left)


def _to(world: World, to: things.Subgroup | Place | None) -> list[str]:
    """Return those to whom something is assigned, none for the whole group."""
    if to is None:
        return []
    return [to.name] if isinstance(to, things.Subgroup) else [_named(world, to)]


def _of(world: World, told: Told) -> str:  # noqa: PLR0911 (a line for each kind of thing)
    """Return what TOLD is of, in words."""
    match told.of:
        case things.Post():
            return f"post {world.posts.index(told.of) + 1}"
        case Place():
            return _named(world, told.of)
        case things.Note():
            return f"note {world.notes.index(told.of) + 1}"
        case things.Assignment():
            return f"assignment {world.assignments.index(told.of) + 1}"
        case sitting.Question():
            place, attempt = next(
                (place, one)
                for place in world.places
                for attempts in place.attempts.values()
                for one in attempts
                if told.of in one.questions
            )
            return f"{attempt.quiz} {attempt.number}, {told.of.ident}, of {_named(world, place)}"
        case place, things.Entry() as entry:
            prompt, number = next(
                (prompt, entries.index(entry) + 1) for prompt, entries in place.entries.items() if entry in entries
            )
            return f"entry {number} on {prompt}, of {_named(world, place)}"
        case place, quiz, rule:
            return f"{rule} of {quiz}, for {_named(world, place)}"


def _expected_memory(recall: Recall) -> dict[str, Any]:
    cards = {}
    for ident, card in recall.cards.items():
        memory = card.memory(recall.retention)
        cards[ident] = {
            "log": [
                (row.at, row.rating, row.source, row.counts, row.taken_back, _milliseconds(row.took))
                for row in card.log
            ],
            "rests": card.rests,
            "memory": memory and (_short_of(memory[0]), _short_of(memory[1]), memory[2]),
        }
    return {"minutes": recall.minutes, "retention": recall.retention, "cards": cards}


def _milliseconds(took: timedelta | None) -> int | None:
    return None if took is None else took // timedelta(milliseconds=1)


def _expected_attempt(attempt: sitting.Attempt) -> dict[str, Any]:
    questions = [
        (
            one.ident,
            one.version,
            [
                (
                    step.kind,
                    step.response,
                    step.counts,
                    None if step.score is None else round(float(step.score), 6),
                    step.base,
                )
                for step in one.steps
            ],
        )
        for one in attempt.questions
    ]
    return {
        "started": attempt.started,
        "deadline": attempt.deadline,
        "due": attempt.due,
        "submitted": attempt.submitted,
        "points": None if attempt.points is None else round(float(attempt.points), 6),
        "out of": attempt.out_of if attempt.submitted is not None else None,
        "questions": questions,
    }


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Return in words where ONE (what ought to be) and OTHER (what is) differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        found = []
        for key in sorted({*one, *other}, key=str):
            at = f"{where} / {key}"
            if key not in one:
                found.append(f"{at}: ought not to be there: {_short(other[key])}")
            elif key not in other:
                found.append(f"{at}: is missing: {_short(one[key])}")
            else:
                found += differences(one[key], other[key], at)
        return found
    return [] if one == other else [f"{where}: ought to be {_short(one)}, is {_short(other)}"]


def _short(value: Any) -> str:
    text = value.isoformat() if isinstance(value, datetime) else repr(value)
    return text if len(text) < 600 else f"{text[:600]} …"
