"""What every implementation of the registry's ports keeps to: the fakes and the DynamoDB adapters alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from cli.main import app as etincelle
from services.alerts.adapters.standings import TableMutes as TableMutesOfAlerts
from services.registry import usecases
from services.registry.adapters import TableDocuments
from services.registry.domain.compiling import Entry
from services.registry.subscribing.adapters import TableMutes
from services.registry.subscribing.usecases import Kept
from services.registry.usecases import ApiKey, MadeHere, Version
from services.registry.wiring import Deps
from shared.auth import SCOPES, Principal, digest
from shared.catalogue import Pressure, Subscription
from shared.catalogue_table import TableCatalogue
from shared.dynamo import Table
from shared.errors import Conflict, TooLarge
from shared.events import WEEKLY
from tests import aws
from tests.registry import ADMIN, NOW, SECRET, FakeMutes, asked, empty, fake_deps, shop, table_deps


@pytest.fixture(scope="module")
def built() -> Iterator[Table]:
    with aws.data_stack():
        yield aws.table("registry")


@pytest.fixture
def table(built: Table) -> Table:
    empty(built)
    return built


@pytest.fixture(params=["fake", "dynamodb"])
def deps(request: pytest.FixtureRequest) -> Deps:
    return fake_deps() if request.param == "fake" else table_deps(request.getfixturevalue("table"))


def version(name: str = "shop", number: int = 1, turn: int = 1, **document: Any) -> Version:
    return Version(name, number, turn, {"name": name} | document, {}, NOW, "admin")


def touchpoint(identifier: str = "checkout", removed: bool = False, **value: Any) -> Entry:
    whole = {"id": identifier, "name": {"en": "Checkout"}, "journey": "buy", "stage": "pay", "paused": False}
    return Entry("TOUCHPOINT", identifier, whole | {"owner": {"id": "web"}} | value, removed)


def test_nothing_is_there_before_anything_is_applied(deps: Deps) -> None:
    """Empty answers, no errors."""
    documents = deps.documents
    assert documents.head("shop") is None
    assert documents.version("shop", 1) is None
    assert documents.heads() == []
    assert documents.last_turn() == (0, None)
    assert documents.belongings() == {}
    assert documents.newest_survey("ease") is None
    assert documents.touchpoint("checkout") is None
    assert documents.touchpoints("", 10) == []


def test_a_committed_version_is_kept_whole_and_is_not_the_head_before_it_is_published(deps: Deps) -> None:
    """What was committed is what comes back, and what healing finds."""
    one = replace(version(lang="fr", journeys={"buy": {"stages": {"z": "Z", "a": "A"}}}), surveys={"ease": 3})
    assert deps.documents.commit(one)
    assert deps.documents.version("shop", 1) == one
    assert list(deps.documents.version("shop", 1).document["journeys"]["buy"]["stages"]) == ["z", "a"]
    assert deps.documents.last_turn() == (1, one)
    assert deps.documents.head("shop") is None


def test_a_published_version_is_the_head_and_leaves_nothing_to_heal(deps: Deps) -> None:
    """Publishing ends with the head."""
    deps.documents.commit(version())
    deps.documents.publish(version(), [touchpoint()])
    assert deps.documents.head("shop") == version()
    assert deps.documents.last_turn() == (1, None)
    assert deps.documents.heads() == [("shop", 1, NOW)]


def test_a_turn_is_taken_once(deps: Deps) -> None:
    """The second to ask for a turn does not get it, and leaves nothing behind."""
    assert deps.documents.commit(version("shop"))
    assert not deps.documents.commit(version("other"))
    assert deps.documents.version("other", 1) is None


def test_an_entry_belongs_to_its_document_until_it_is_removed(deps: Deps) -> None:
    """Removing frees the id; the entity stays readable, marked."""
    deps.documents.publish(version(), [touchpoint()])
    assert deps.documents.belongings() == {("TOUCHPOINT", "checkout"): "shop"}
    assert not deps.documents.touchpoint("checkout").removed
    deps.documents.publish(version(number=2, turn=2), [touchpoint(removed=True)])
    assert deps.documents.belongings() == {}
    assert deps.documents.touchpoint("checkout").removed
    assert deps.documents.touchpoints("", 10) == []


def test_a_slow_writer_of_an_earlier_turn_replaces_nothing(deps: Deps) -> None:
    """Neither a changed entity, nor a removed one, nor the head; what is new in it is still written."""
    deps.documents.publish(version(number=2, turn=2), [touchpoint(stage="new"), touchpoint("gone", removed=True)])
    deps.documents.publish(version(), [touchpoint(stage="old"), touchpoint("gone"), touchpoint("fresh")])
    assert deps.documents.touchpoint("checkout").value["stage"] == "new"
    assert deps.documents.touchpoint("gone").removed
    assert deps.documents.touchpoint("fresh").value["id"] == "fresh"
    assert ("TOUCHPOINT", "gone") not in deps.documents.belongings()
    assert deps.documents.heads() == [("shop", 2, NOW)]


def test_touchpoints_come_by_id_from_where_the_last_page_ended(deps: Deps) -> None:
    """Pages neither miss nor repeat one."""
    deps.documents.publish(version(), [touchpoint(identifier) for identifier in ("b", "a", "C", "b-2", "z.9")])
    first = [one.value["id"] for one in deps.documents.touchpoints("", 3)]
    rest = [one.value["id"] for one in deps.documents.touchpoints(first[-1], 3)]
    assert first + rest == sorted(["b", "a", "C", "b-2", "z.9"])


def test_more_entries_than_a_transaction_takes_are_published(deps: Deps) -> None:
    """DynamoDB takes 100 writes at once; a touchpoint is two."""
    deps.documents.publish(version(), [touchpoint(f"t{n}") for n in range(51)])
    assert len(deps.documents.belongings()) == 51


def test_the_newest_version_of_a_survey_is_found(deps: Deps) -> None:
    """Also beyond nine, where text order and number order part."""
    values = [{"id": "ease", "version": n, "scale": "ces", "question": {"en": f"Was it easy? {n}"}} for n in (9, 10)]
    for turn, value in enumerate(values, 1):
        deps.documents.publish(version(number=turn, turn=turn), [Entry("SURVEY", "ease", value)])
    assert deps.documents.newest_survey("ease").version == 10


def test_a_document_too_large_to_be_kept_is_refused(deps: Deps) -> None:
    """A 413, not a fault of ours; and nothing is committed."""
    noise = "".join(digest(str(n)) for n in range(100_000))
    with pytest.raises(TooLarge):
        deps.documents.commit(version(noise=noise))
    assert deps.documents.last_turn() == (0, None)


def test_a_key_works_until_it_is_revoked_and_stays_listed(deps: Deps) -> None:
    """Its digest is all that authenticates."""
    key = ApiKey("k1", "till", ("links:write",), digest("etk_x"), NOW, "admin")
    deps.keys.add(key)
    assert deps.authenticator.principal("Bearer etk_x") == Principal("k1", frozenset({"links:write"}))
    deps.keys.revoke(key, NOW, "k2")
    assert deps.authenticator.keys.principal(digest("etk_x")) is None
    assert deps.keys.all() == [replace(key, revoked_at=NOW, revoked_by="k2")]


def test_the_catalogue_reads_what_was_applied(table: Table) -> None:
    """What the registry writes is what every other service reads, field for field."""
    deps = table_deps(table)
    survey = {"scale": "ces", "question": {"en": "Easy?", "fr": "Facile ?"}, "bad_at_most": 2}
    promise = {"text": "In three minutes", "bad_at_most": 0.08}
    point = {"owner": "web", "stage": "pay", "survey": "ease", "promise": promise, "detection": {"least_answers": 9}}
    document = {"surveys": {"ease": survey}, "touchpoints": {"checkout": point}}
    usecases.apply_document("shop", asked(0, **document), ADMIN, deps)
    catalogue = TableCatalogue(table, lambda: NOW)
    found = catalogue.touchpoint("checkout")
    assert catalogue.touchpoints() == ["checkout"]
    assert found.survey.measure.bad_at_most == 2
    assert found.survey.languages == ["en", "fr"]
    assert (found.owner.id, found.owner.subscriptions[0].target) == ("web", "web@example.com")
    assert (found.name, found.journey, found.stage) == ({"en": "checkout"}, "buy", "pay")
    assert found.promise.bad_at_most == 0.08
    assert found.detection == {"share_false": 0.05, "least_answers": 9}
    assert catalogue.owner("web").name == "Web team"


def test_the_catalogue_reads_how_people_are_asked(table: Table) -> None:
    """Rules of asking reach whoever sends; taken out of the document, they hold no more."""
    ways = {
        "ask": {"delay_minutes": 30, "remind_after_hours": 48},
        "sampling": {"answers_per_week": 50},
        "segments": ["plan"],
        "programme": "relation",
        "rest_days": 30,
        "invite": "Thank you for your visit.",
        "changes": [{"on": "2024-02-01", "text": "A second till at noon."}],
    }
    point = {"owner": "web", "stage": "pay", "survey": "ease"} | ways
    follow_up = {"question": "What was hard?", "choices": {"price": "The price"}}
    survey = {"scale": "thumbs", "question": "Easy?", "follow_up": follow_up}
    pressure = {"company": {"at_most": 3, "days": 30}, "programmes": {"relation": {"at_most": 1, "days": 90}}}
    document = {"surveys": {"ease": survey}, "touchpoints": {"checkout": point}}
    deps = table_deps(table)
    usecases.apply_document("shop", asked(0, pressure=pressure, **document), ADMIN, deps)
    catalogue = TableCatalogue(table, lambda: NOW)
    found, rules = catalogue.touchpoint("checkout"), catalogue.pressure()
    assert (found.ask.delay_minutes, found.ask.fresh_hours, found.ask.remind_after_hours) == (30, 72, 48)
    assert (found.sampling.answers_per_week, found.segments, found.programme) == (50, ("plan",), "relation")
    assert (found.rest_days, found.invite["en"]) == (30, "Thank you for your visit.")
    assert [(one.on.isoformat(), one.text["en"]) for one in found.changes] == [("2024-02-01", "A second till at noon.")]
    assert found.survey.follow_up.choices == {"price": {"en": "The price"}}
    assert (rules.company.at_most, rules.programmes["relation"].days) == (3, 90)
    usecases.apply_document("shop", asked(1, **document), ADMIN, deps)
    assert TableCatalogue(table, lambda: NOW).pressure() == Pressure()


def test_a_removed_touchpoint_takes_no_answers_and_is_in_no_list(table: Table) -> None:
    """It can be read, as its answers can, and says that it is paused."""
    deps = table_deps(table)
    usecases.apply_document("shop", asked(0), ADMIN, deps)
    usecases.apply_document("shop", asked(1, touchpoints={}), ADMIN, deps)
    catalogue = TableCatalogue(table, lambda: NOW)
    assert catalogue.touchpoints() == []
    assert catalogue.touchpoint("checkout").paused
    assert catalogue.owner("web").subscriptions


def test_a_mute_that_the_alerts_service_wrote_is_read_until_it_is_over(built: Table) -> None:
    """By what it mutes, of that subscription alone; one that was lifted is over at once. The fake says the same."""
    written, fake = TableMutesOfAlerts(aws.table("cases")), FakeMutes()
    ends = {("web/mail", "*"): 2, ("web/mail", "checkout"): 1, ("web/mail", WEEKLY): 3, ("web/chat", "*"): 0}
    for (who, what), hours in ends.items():
        written.put(who, what, NOW + timedelta(hours=hours))
        fake.kept[who, what] = NOW + timedelta(hours=hours)
    for mutes in (TableMutes(aws.table("cases")), fake):
        assert mutes.of("web/mail", NOW + timedelta(hours=1)) == {
            "*": NOW + timedelta(hours=2),
            WEEKLY: NOW + timedelta(hours=3),
        }
        assert mutes.of("web/chat", NOW) == {}


class Elsewhere:
    """A DynamoDB client whose transactions meet another one at work on the same items."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **_: Any) -> None:
        reasons = [{"Code": "TransactionConflict"}, {"Code": "None"}]
        error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
        raise ClientError(error, "TransactWriteItems")  # type: ignore[arg-type]


def test_a_transaction_that_meets_another_has_not_got_the_turn(table: Table) -> None:
    """DynamoDB says so instead of waiting."""
    assert not TableDocuments(Table(Elsewhere(table.client), table.name)).commit(version())
    assert TableDocuments(table).last_turn() == (0, None)


def test_the_first_key_is_made_by_aws_credentials_alone(table: Table) -> None:
    """`etincelle keys create --bootstrap` needs no address and no key."""
    made = CliRunner().invoke(etincelle, ["keys", "create", "--bootstrap", "--name", "admin", "--stage", "test"])
    assert (made.exit_code, made.exception) == (0, None)
    found = table_deps(table).authenticator.principal(f"Bearer {made.stdout.strip()}")
    assert found.scopes == frozenset(SCOPES)
    nowhere = CliRunner().invoke(etincelle, ["keys", "create", "--bootstrap", "--name", "admin", "--stage", "none"])
    assert nowhere.exit_code == 1
    assert "etincelle-none-registry cannot be written" in nowhere.stderr
    restored = ["keys", "create", "--bootstrap", "--name", "admin", "--stage", "none", "--table", table.name]
    assert CliRunner().invoke(etincelle, restored).exit_code == 0


class Stop(Exception):
    """The process died here."""


class DyingClient:
    """A DynamoDB client whose process dies after so many writes."""

    def __init__(self, client: Any, writes: int) -> None:
        self._client, self._left = client, writes

    def __getattr__(self, name: str) -> Any:
        if name in ("put_item", "transact_write_items", "update_item", "delete_item"):
            if self._left == 0:
                raise Stop
            self._left -= 1
        return getattr(self._client, name)


def many(base: int, question: str) -> usecases.Application:
    touchpoints = {f"t{n}": {"owner": "web", "stage": "pay", "survey": "ease"} for n in range(base, base + 6)}
    return asked(base, surveys={"ease": {"scale": "thumbs", "question": question}}, touchpoints=touchpoints)


@pytest.mark.parametrize("writes", range(10))
def test_a_crash_between_two_writes_shows_nothing_broken_and_heals(table: Table, writes: int) -> None:
    """After dying at any write every listed touchpoint reads whole; applying the same again ends as without it."""
    usecases.apply_document("shop", many(0, "Easy?"), ADMIN, table_deps(table))
    dying = table_deps(Table(DyingClient(table.client, writes), table.name), at_once=2)
    with pytest.raises(Stop):
        usecases.apply_document("shop", many(1, "Was it easy?"), ADMIN, dying)
    catalogue = TableCatalogue(table, lambda: NOW)
    for identifier in catalogue.touchpoints():
        found = catalogue.touchpoint(identifier)
        kept = table.get(f"SURVEY#{found.survey.id}", f"VERSION#{found.survey.version:06}")
        assert kept["value"]["question"] == found.survey.question
    again = usecases.apply_document("shop", many(1, "Was it easy?"), ADMIN, table_deps(table))
    assert again.version == 2
    after = TableCatalogue(table, lambda: NOW)
    assert after.touchpoints() == ["t1", "t2", "t3", "t4", "t5", "t6"]
    assert {after.touchpoint(t).survey.question["en"] for t in after.touchpoints()} == {"Was it easy?"}
    assert after.touchpoint("t0").paused
    assert table_deps(table).documents.last_turn()[1] is None


def test_whoever_applies_next_heals_another_document(table: Table) -> None:
    """A half published document is finished by the next one, whichever it is."""
    dying = table_deps(Table(DyingClient(table.client, 1), table.name))
    with pytest.raises(Stop):
        usecases.apply_document("shop", asked(0), ADMIN, dying)
    other = usecases.Application(document={"owners": {"o": {"name": "O"}}}, base_version=0)
    usecases.apply_document("other", other, ADMIN, table_deps(table))
    assert TableCatalogue(table, lambda: NOW).touchpoints() == ["checkout"]
    assert [name for name, _, _ in table_deps(table).documents.heads()] == ["other", "shop"]


def test_of_two_at_the_same_moment_one_is_told_to_look_again(table: Table) -> None:
    """The base version that both read is no longer the newest for the second."""
    deps = table_deps(table)

    class Interleaved:
        """Lets another document version in just before the commit."""

        def __init__(self) -> None:
            self.done = False

        def __getattr__(self, name: str) -> Any:
            return getattr(deps.documents, name)

        def commit(self, mine: Version) -> bool:
            if not self.done:
                self.done = True
                usecases.apply_document("shop", asked(0, lang="fr"), ADMIN, deps)
            return deps.documents.commit(mine)

    with pytest.raises(usecases.Conflict, match="version 1"):
        usecases.apply_document("shop", asked(0), ADMIN, replace(deps, documents=Interleaved()))
    assert deps.documents.head("shop").document["lang"] == "fr"
    assert shop()["name"] == "shop"


def kept(identifier: str = "boss", number: int = 1, **changes: Any) -> Kept:
    made = Subscription(id=identifier, kind="webhook", target="https://example.com/hook", secret=SECRET)
    return replace(Kept("web", made, number, NOW, "key admin"), **changes)


def test_a_team_is_known_by_its_document(deps: Deps) -> None:
    """With the time zone of its defaults; not before it is applied, nor after it was removed."""
    subscriptions = deps.subscribing.subscriptions
    assert (subscriptions.team("web"), subscriptions.teams()) == (None, {})
    usecases.apply_document("shop", asked(0, defaults={"time_zone": "Europe/Paris"}), ADMIN, deps)
    team = subscriptions.team("web")
    assert team is not None
    assert (team.owner.name, team.time_zone, subscriptions.teams()) == ("Web team", "Europe/Paris", {"web": "Web team"})
    usecases.apply_document("shop", asked(1, owners={}, touchpoints={}), ADMIN, deps)
    assert (subscriptions.team("web"), subscriptions.teams()) == (None, {})


def test_a_subscription_is_kept_by_its_newest_version(deps: Deps) -> None:
    """By id; each version stays, without its secret; what was removed is marked, and no more among those made here."""
    subscriptions = deps.subscribing.subscriptions
    gone = kept(number=2, is_removed=True)
    for one in (kept(), kept("assistant"), gone):
        subscriptions.save(one)
    assert subscriptions.of("web") == [kept("assistant"), gone]
    assert subscriptions.of("another") == []
    bare = kept().subscription.model_copy(update={"secret": None})
    assert subscriptions.versions("web", "boss") == [replace(one, subscription=bare) for one in (kept(), gone)]
    assert deps.documents.made_here() == [MadeHere("web", "assistant", "key admin")]


def test_of_two_changes_from_the_same_version_one_is_refused(deps: Deps) -> None:
    """And so is one that leaves a version out; what stands stays."""
    subscriptions = deps.subscribing.subscriptions
    subscriptions.save(kept())
    for number in (1, 3):
        with pytest.raises(Conflict):
            subscriptions.save(kept(number=number, changed_by="key other"))
    assert subscriptions.of("web") == [kept()]
    assert len(subscriptions.versions("web", "boss")) == 1
