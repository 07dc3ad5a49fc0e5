"""Each function runs from its zip, under Lambda's runtime client, with the template's environment and policy."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from infra.local.environment import ACCOUNT
from infra.local.schedules import scheduled_event
from infra.paths import ROOT, STAGE
from infra.prove.cloud import Cloud
from services.aggregator.adapters.findings import TableAlerts
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Series
from services.alerts.adapters.queue import body_of
from services.alerts.usecases.ports import Bundle
from shared.auth import SCOPES, digest
from shared.dynamo import Table
from shared.events import AlertEvent
from shared.tables import registry as registry_keys
from tests.events import alert_event
from tests.package.conftest import Running
from tests.package.events import message_of, queued, rest, stream
from tests.texting import event

KEY = "etk_" + "x" * 27
SAMPLE = ROOT / "infra" / "local" / "sample" / "journey.yaml"
NO_FAILURES: dict[str, Any] = {"batchItemFailures": []}
TOUCHPOINT = "paiement"
API = "APIHandler"


def table(cloud: Cloud, name: str) -> Table:
    return Table(cloud.client("dynamodb"), f"etincelle-{STAGE}-{name}")


def looks(*asked: list[str]) -> dict[str, Any]:
    """The event of messages in the queue of looks."""
    queue = f"etincelle-{STAGE}-looks"
    return {"Records": [message_of(json.dumps(body), queue, f"message-{n}") for n, body in enumerate(asked)]}


def bundled(event: AlertEvent, subscription: str) -> dict[str, Any]:
    """The event of a turn that has come: what is gathered for a subscription becomes a message."""
    turn = Bundle(event.alert_id, 1, "raised", f"{event.owner}/{subscription}", datetime.now(UTC))
    return {"Records": [message_of(body_of(turn), f"etincelle-{STAGE}-deliveries")]}


def delayed(cloud: Cloud) -> int:
    """How many looks are asked for whose time has not come."""
    url = f"{cloud.engine}/{ACCOUNT}/etincelle-{STAGE}-looks"
    reply = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return int(reply["Attributes"]["ApproximateNumberOfMessagesDelayed"])


@pytest.fixture(scope="module")
def journey(cloud: Cloud, running: Running) -> dict[str, Any]:
    """A key that may do everything, written by hand, and the sample journey, applied with it."""
    pk, sk = registry_keys.api_key_key(digest(KEY))
    item = {"pk": pk, "sk": sk, "kind": "api_key", "key_id": "proof", "scopes": list(SCOPES)}
    table(cloud, "registry").put(item)
    document = yaml.safe_load(SAMPLE.read_text().replace("${PUBLIC_URL}", "https://hooks.example.com"))
    body = {"document": document, "base_version": 0}
    put = rest("PUT", "/v1/documents/{name}", body, KEY, name=document["name"])
    reply: dict[str, Any] = running("registry", API).invoke(put)
    return reply


@pytest.fixture(scope="module")
def verified(cloud: Cloud, running: Running) -> None:
    """The senders' addresses are verified in SES, as people do by hand."""
    senders = {running(*one).environment["SENDER_EMAIL"] for one in (("alerts", "Deliver"), ("invitations", "Send"))}
    for sender in senders:
        cloud.client("sesv2").create_email_identity(EmailIdentity=sender)


@pytest.mark.parametrize(
    ("service", "method", "resource"),
    [
        ("registry", "GET", "/v1/documents"),
        ("collector", "POST", "/v1/responses"),
        ("alerts", "GET", "/v1/deliveries"),
        ("insights", "GET", "/v1/alerts"),
        ("invitations", "POST", "/v1/interactions"),
    ],
)
def test_who_brings_no_key_is_turned_away(running: Running, service: str, method: str, resource: str) -> None:
    """Nothing is open by default, and the refusal is a problem that names its code."""
    reply = running(service, API).invoke(rest(method, resource, {} if method == "POST" else None))
    assert reply["statusCode"] == 401
    assert json.loads(reply["body"])["code"] == "unauthenticated"


def test_a_journey_is_applied(journey: dict[str, Any]) -> None:
    """The registry takes the sample journey."""
    assert (journey["statusCode"], json.loads(journey["body"])["changed"]) == (200, True)


def test_a_page_of_an_unknown_link_is_a_page(running: Running, journey: dict[str, Any]) -> None:
    """Whoever follows a link that leads nowhere gets a page to read, with 404."""
    reply = running("collector", API).invoke(rest("GET", "/s/{code}", code="0" * 16))
    assert reply["statusCode"] == 404
    assert "text/html" in json.dumps(reply)


def test_an_answer_is_stored_then_counted(cloud: Cloud, running: Running, journey: dict[str, Any]) -> None:
    """From the API to the table, from its stream to the figures, and a look is asked for."""
    answer = {"touchpoint": TOUCHPOINT, "score": 2, "response_id": "proof-1", "customer_id": "c1"}
    reply = running("collector", API).invoke(rest("POST", "/v1/responses", answer, KEY))
    assert (reply["statusCode"], json.loads(reply["body"])["status"]) == (201, "stored")
    assert running("aggregator", "Fold").invoke(stream(cloud, f"etincelle-{STAGE}-responses")) == NO_FAILURES
    assert list(table(cloud, "friction").query_all(f"SERIES#{TOUCHPOINT}#customer#ces", prefix="HOUR#"))
    assert delayed(cloud) == 1


def test_a_link_is_made_followed_answered_and_revoked(running: Running, journey: dict[str, Any]) -> None:
    """The page shows the question, takes one answer by its form, and says so when the link is no more."""
    collector = running("collector", API)
    made = json.loads(collector.invoke(rest("POST", "/v1/links", {"touchpoint": TOUCHPOINT}, KEY))["body"])
    code = made["code"]
    page = collector.invoke(rest("GET", "/s/{code}", code=code))
    assert (page["statusCode"], "facile" in page["body"]) == (200, True)
    [ticket] = re.findall(r'name="ticket" value="([^"]+)"', page["body"])
    form = rest("POST", "/s/{code}", urlencode({"score": "6", "ticket": ticket}), code=code)
    form["headers"]["Content-Type"] = "application/x-www-form-urlencoded"
    form["multiValueHeaders"]["Content-Type"] = ["application/x-www-form-urlencoded"]
    assert collector.invoke(form)["statusCode"] == 303
    listed = rest("GET", "/v1/links", key=KEY) | {"queryStringParameters": {"touchpoint": TOUCHPOINT}}
    listed["multiValueQueryStringParameters"] = {"touchpoint": [TOUCHPOINT]}
    [link] = json.loads(collector.invoke(listed)["body"])["links"]
    revoked = rest("DELETE", "/v1/links/{link_id}", key=KEY, link_id=link["link_id"])
    assert collector.invoke(revoked)["statusCode"] == 200
    assert collector.invoke(rest("GET", "/s/{code}", code=code))["statusCode"] == 410


def test_a_key_is_made_and_revoked(running: Running, journey: dict[str, Any]) -> None:
    """Both of its items are written, and one is taken away."""
    registry = running("registry", API)
    wanted = {"name": "of a test", "scopes": ["figures:read"]}
    made = json.loads(registry.invoke(rest("POST", "/v1/keys", wanted, KEY))["body"])
    assert registry.invoke(rest("GET", "/v1/keys", key=made["key"]))["statusCode"] == 403
    assert registry.invoke(rest("DELETE", "/v1/keys/{id}", key=KEY, id=made["id"]))["statusCode"] == 204
    kept = json.loads(registry.invoke(rest("GET", "/v1/keys", key=KEY))["body"])["keys"]
    assert [key["id"] for key in kept if key.get("revoked_at")] == [made["id"]]


def test_a_series_is_looked_at(cloud: Cloud, running: Running, journey: dict[str, Any]) -> None:
    """The detector runs in the zip and keeps its account; the decision over all series runs too."""
    assert running("aggregator", "Look").invoke(looks([TOUCHPOINT, "customer", "ces"], [])) == NO_FAILURES
    assert table(cloud, "friction").get(f"SERIES#{TOUCHPOINT}#customer#ces", "ACCOUNT")


def test_a_late_answer_is_looked_at_later(cloud: Cloud, running: Running, journey: dict[str, Any]) -> None:
    """Behind what was looked at already: the look is put off until the late ones have settled."""
    collected_at = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    late = {"touchpoint": TOUCHPOINT, "score": 3, "response_id": "late", "collected_at": collected_at}
    assert running("collector", API).invoke(rest("POST", "/v1/responses", late, KEY))["statusCode"] == 201
    assert running("aggregator", "Look").invoke(looks([TOUCHPOINT, "customer", "ces"])) == NO_FAILURES
    assert running("aggregator", "Fold").invoke(stream(cloud, f"etincelle-{STAGE}-responses")) == NO_FAILURES
    waiting = delayed(cloud)
    assert running("aggregator", "Look").invoke(looks([TOUCHPOINT, "customer", "ces"])) == NO_FAILURES
    assert delayed(cloud) == waiting + 1


def test_a_report_is_read(running: Running, journey: dict[str, Any]) -> None:
    """Insights answers about a touchpoint that the registry knows."""
    asked = rest("GET", "/v1/touchpoints/{touchpoint}/report", key=KEY, touchpoint=TOUCHPOINT)
    assert running("insights", API).invoke(asked)["statusCode"] == 200


def test_an_owners_week_goes_to_the_queue_of_news_and_is_noted(
    cloud: Cloud, running: Running, journey: dict[str, Any]
) -> None:
    """Insights puts it there, by hand or on schedule, and may do no more; `alerts` takes it in, twice without harm."""
    posted = running("collector", API).invoke(rest("POST", "/v1/responses", week_ago(), KEY))
    assert posted["statusCode"] == 201, posted["body"]
    assert running("aggregator", "Fold").invoke(stream(cloud, f"etincelle-{STAGE}-responses")) == NO_FAILURES
    told = running("insights", API).invoke(rest("POST", "/v1/owners/{owner}/week", key=KEY, owner="boutique-en-ligne"))
    assert told["statusCode"] == 202, told["body"]
    week = queued(cloud, f"etincelle-{STAGE}-alerts")
    assert running("alerts", "Hear").invoke(week) == NO_FAILURES
    assert running("alerts", "Hear").invoke(week) == NO_FAILURES
    assert running("insights", "TellWeeks").invoke(scheduled_event("tell_weeks", datetime.now(UTC))) is None


def test_the_owner_of_an_alert_that_stands_is_called_to_reach_out(
    cloud: Cloud, running: Running, journey: dict[str, Any]
) -> None:
    """Invitations reads alerts, answers and people, and puts a call into the queue of news, within its policy."""
    raised_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    event = alert_event(touchpoint=TOUCHPOINT, scale="ces", raised_at=raised_at)
    fact = AlertFact(Series(TOUCHPOINT, "customer", "ces"), event)
    TableAlerts(table(cloud, "friction"), lambda: raised_at).write(fact)
    passed = interaction("proof-call", customer={"email": "call@example.com"})
    passed.pop("channel")  # whom nobody asked may be turned to
    asked_invitations(running, "POST", "/v1/interactions", passed)
    assert running("invitations", "CallToReachOut").invoke(scheduled_event("call", datetime.now(UTC))) is None
    assert running("alerts", "Hear").invoke(queued(cloud, f"etincelle-{STAGE}-alerts")) == NO_FAILURES


def week_ago() -> dict[str, Any]:
    at = datetime.now(UTC) - timedelta(days=datetime.now(UTC).weekday() + 3)
    return {"touchpoint": TOUCHPOINT, "score": 5, "response_id": "week", "collected_at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}


def test_what_friction_costs_and_what_to_mend_first_are_read(
    cloud: Cloud, running: Running, journey: dict[str, Any]
) -> None:
    """Insights reads what is kept, within its policy; the aggregator works it out when it is asked to."""
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    wanted = rest("POST", "/v1/studies", {"day": day}, key=KEY)
    assert running("aggregator", API).invoke(wanted)["statusCode"] == 202
    assert running("aggregator", "Study").invoke(stream(cloud, f"etincelle-{STAGE}-friction")) == NO_FAILURES
    costs = rest("GET", "/v1/touchpoints/{touchpoint}/value", key=KEY, touchpoint=TOUCHPOINT)
    for asked in (costs, rest("GET", "/v1/priorities", key=KEY)):
        reply = running("insights", API).invoke(asked)
        assert (reply["statusCode"], json.loads(reply["body"])["day"]) == (200, day), reply["body"]


def test_causes_of_an_alert_and_whom_to_turn_to_are_read(
    cloud: Cloud, running: Running, journey: dict[str, Any]
) -> None:
    """Insights reads the answers, invitations the people, each the alert where the aggregator wrote it."""
    raised_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    event = alert_event(touchpoint=TOUCHPOINT, scale="ces", raised_at=raised_at)
    fact = AlertFact(Series(TOUCHPOINT, "customer", "ces"), event)
    TableAlerts(table(cloud, "friction"), lambda: raised_at).write(fact)
    for service, resource in (("insights", "causes"), ("invitations", "outreach")):
        asked = rest("GET", f"/v1/alerts/{{alert_id}}/{resource}", key=KEY, alert_id=event.alert_id)
        reply = running(service, API).invoke(asked)
        assert (reply["statusCode"], json.loads(reply["body"])["alert_id"]) == (200, event.alert_id)


def test_other_settings_are_tried_on_a_touchpoints_own_answers(running: Running, journey: dict[str, Any]) -> None:
    """The aggregator reads its marks and answers over HTTP."""
    asked = rest("GET", "/v1/touchpoints/{touchpoint}/simulation", key=KEY, touchpoint=TOUCHPOINT)
    reply = running("aggregator", API).invoke(asked)
    assert (reply["statusCode"], json.loads(reply["body"])["touchpoint"]) == (200, TOUCHPOINT)


def test_alerts_are_decided_on_again_every_now_and_then(running: Running, journey: dict[str, Any]) -> None:
    """By the schedule's event, within what its policy allows."""
    event = scheduled_event("review", datetime.now(UTC))
    assert running("aggregator", "Review").invoke(event) is None


def test_the_whole_api_is_described(running: Running) -> None:
    """The description travels in the zip."""
    reply = running("insights", API).invoke(rest("GET", "/openapi.json"))
    assert json.loads(reply["body"])["openapi"].startswith("3.1")


@pytest.mark.usefixtures("verified")
def test_an_alert_reaches_its_owner(cloud: Cloud, running: Running, journey: dict[str, Any]) -> None:
    """Written as a fact, published from the stream, heard from the topic's queue, dispatched, sent as mail."""
    raised_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    owner = "boutique-en-ligne"
    event = alert_event(touchpoint=TOUCHPOINT, scale="ces", owner=owner, owners=[owner], raised_at=raised_at)
    TableAlerts(table(cloud, "friction"), lambda: raised_at).write(
        AlertFact(Series(TOUCHPOINT, "customer", "ces"), event)
    )
    assert running("aggregator", "Publish").invoke(stream(cloud, f"etincelle-{STAGE}-friction")) == NO_FAILURES
    assert running("alerts", "Hear").invoke(queued(cloud, f"etincelle-{STAGE}-alerts")) == NO_FAILURES
    assert running("alerts", "Dispatch").invoke(stream(cloud, f"etincelle-{STAGE}-cases")) == NO_FAILURES
    assert running("alerts", "Deliver").invoke(bundled(event, "equipe")) == NO_FAILURES
    assert running("alerts", "Dispatch").invoke(stream(cloud, f"etincelle-{STAGE}-cases")) == NO_FAILURES
    assert running("alerts", "Deliver").invoke(queued(cloud, f"etincelle-{STAGE}-deliveries")) == NO_FAILURES
    listed = rest("GET", "/v1/deliveries", key=KEY)
    listed["queryStringParameters"] = {"state": "delivered", "day": f"{datetime.now(UTC):%Y-%m-%d}"}
    listed["multiValueQueryStringParameters"] = {n: [v] for n, v in listed["queryStringParameters"].items()}
    reply = running("alerts", API).invoke(listed)
    told = [delivery["alerts"] for delivery in json.loads(reply["body"])["deliveries"]]
    assert told.count([event.alert_id]) == 1


def interaction(name: str, **more: Any) -> dict[str, Any]:
    """An interaction of an hour ago whose caller asks on the web."""
    at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    usual = {"touchpoint": TOUCHPOINT, "occurred_at": at, "channel": "web", "customer": {"id": f"customer-{name}"}}
    return usual | {"interaction_id": name} | more


def asked_invitations(
    running: Running, method: str, resource: str, body: Any = None, *, status: int = 200, **parameters: str
) -> Any:
    """What the API of invitations answers, where all is well."""
    reply = running("invitations", API).invoke(rest(method, resource, body, KEY, **parameters))
    assert reply["statusCode"] in (200, 201, status), reply["body"]
    return json.loads(reply["body"])


def counted(cloud: Cloud, running: Running) -> dict[str, Any]:
    """The funnel, once everything that was written was counted."""
    assert running("invitations", "Tally").invoke(stream(cloud, f"etincelle-{STAGE}-contacts")) == NO_FAILURES
    found = asked_invitations(running, "GET", "/v1/touchpoints/{touchpoint}/funnel", touchpoint=TOUCHPOINT)
    funnel: dict[str, Any] = found["funnel"]
    return funnel


def test_where_a_customer_was_is_kept(cloud: Cloud, running: Running, journey: dict[str, Any]) -> None:
    """From the stream of contacts: under the keyed hash of the customer, and nowhere under their name."""
    asked_invitations(running, "POST", "/v1/interactions", interaction("proof-trace"))
    changed = stream(cloud, f"etincelle-{STAGE}-contacts")
    assert running("aggregator", "Follow").invoke(changed) == NO_FAILURES
    of_contacts = [record["dynamodb"].get("NewImage", {}) for record in changed["Records"]]
    customers = {image["customer"]["S"] for image in of_contacts if "customer" in image}
    assert customers
    assert all(list(table(cloud, "friction").query_all(f"TRACES#{customer}")) for customer in customers)


def test_interactions_are_decided_and_counted(cloud: Cloud, running: Running, journey: dict[str, Any]) -> None:
    """By HTTP and from the queue; a poisoned message fails alone; outcomes and pressure beside."""
    before = counted(cloud, running)["planned"]
    told = asked_invitations(running, "POST", "/v1/interactions", interaction("proof-http"))
    assert told["decision"]["state"] == "planned"
    queue = f"etincelle-{STAGE}-interactions"
    bodies = (json.dumps(interaction("proof-queue")), "no JSON")
    records = [message_of(body, queue, f"message-{n}") for n, body in enumerate(bodies)]
    reply = running("invitations", "Receive").invoke({"Records": records})
    assert reply == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert counted(cloud, running)["planned"] == before + 2
    outcome = {"customer": {"id": "customer-proof-http"}, "kind": "churned", "occurred_at": "2024-03-01T10:00:00Z"}
    assert asked_invitations(running, "POST", "/v1/outcomes", outcome)["status"] == "stored"
    pressure = asked_invitations(running, "POST", "/v1/pressure", {"customer": {"id": "customer-proof-http"}})
    assert [one["touchpoint"] for one in pressure["asked"]] == [TOUCHPOINT]


def test_what_is_kept_of_a_person_is_given_whole(running: Running, journey: dict[str, Any]) -> None:
    """From every table, within the policy of the API."""
    asked_invitations(running, "POST", "/v1/interactions", interaction("proof-kept"))
    named = {"customer": {"id": "customer-proof-kept"}}
    assert "contacts.interaction" in asked_invitations(running, "POST", "/v1/customers/export", named)["kept"]


def test_an_answer_to_an_invitation_is_heard(cloud: Cloud, running: Running, journey: dict[str, Any]) -> None:
    """Asked on the web, answered on the page: the stream of responses tells, and the funnel has it."""
    told = asked_invitations(running, "POST", "/v1/interactions", interaction("proof-answer"))
    code, collector = told["decision"]["url"].rpartition("/")[2], running("collector", API)
    page = collector.invoke(rest("GET", "/s/{code}", code=code))
    [ticket] = re.findall(r'name="ticket" value="([^"]+)"', page["body"])
    form = rest("POST", "/s/{code}", urlencode({"score": "6", "ticket": ticket}), code=code)
    form["headers"]["Content-Type"] = "application/x-www-form-urlencoded"
    form["multiValueHeaders"]["Content-Type"] = ["application/x-www-form-urlencoded"]
    assert collector.invoke(form)["statusCode"] == 303
    answers = stream(cloud, f"etincelle-{STAGE}-responses")
    assert running("invitations", "HearAnswers").invoke(answers) == NO_FAILURES
    assert counted(cloud, running)["answered"] == 1


@pytest.mark.usefixtures("verified")
def test_an_invitation_is_picked_sent_heard_of_and_stopped(
    cloud: Cloud, running: Running, journey: dict[str, Any]
) -> None:
    """It leaves as an e-mail, SES tells that it arrived, and STOP from the same person's telephone ends everything.

    That it is handed over by the stream and picked as well does no harm.
    """
    customer = {"email": "proof@example.com", "phone": "+33612345678"}
    told = asked_invitations(
        running, "POST", "/v1/interactions", interaction("proof-mail", channel="email", customer=customer)
    )
    invitation_id, before = told["decision"]["invitation_id"], counted(cloud, running)["delivered"]
    running("invitations", "Pick").invoke(scheduled_event("pick", datetime.now(UTC)))
    turns = queued(cloud, f"etincelle-{STAGE}-sendings")
    assert json.dumps([invitation_id, 1]) in [record["body"] for record in turns["Records"]]
    assert running("invitations", "Send").invoke(turns) == NO_FAILURES
    asked = {"customer": {"email": customer["email"]}}
    [contact] = asked_invitations(running, "POST", "/v1/pressure", asked)["asked"]
    assert contact["state"] == "sent"
    delivered = {
        "eventType": "Delivery",
        "mail": {
            "timestamp": "2024-03-01T10:00:00.000Z",
            "messageId": "proof",
            "tags": {"invitation_id": [invitation_id], "step": ["1"]},
        },
        "delivery": {"timestamp": "2024-03-01T10:00:01.000Z"},
    }
    heard = message_of(json.dumps({"source": "aws.ses", "detail": delivered}), f"etincelle-{STAGE}-outcomes")
    assert running("invitations", "HearOutcomes").invoke({"Records": [heard]}) == NO_FAILURES
    assert counted(cloud, running)["delivered"] == before + 1
    said = json.dumps({"Message": json.dumps({"originationNumber": customer["phone"], "messageBody": "STOP"})})
    stopped = message_of(said, f"etincelle-{STAGE}-sms-wishes")
    assert running("invitations", "HearStop").invoke({"Records": [stopped]}) == NO_FAILURES
    assert asked_invitations(running, "POST", "/v1/pressure", asked)["opted_out"] == ["all"]


@pytest.mark.usefixtures("verified")
def test_a_case_is_opened_told_of_answered_and_closed(cloud: Cloud, running: Running, journey: dict[str, Any]) -> None:
    """From the stream of answers to the customer's mailbox and the figures; the schedule looks for overdue ones."""
    customer = {"id": "proof-case", "email": "proof-case@example.com"}
    happened = interaction("proof-case", touchpoint="livraison", channel="email", customer=customer)
    asked_invitations(running, "POST", "/v1/interactions", happened)
    said = {"touchpoint": "livraison", "score": 1, "customer_id": "proof-case", "call_back": True}
    running("collector", API).invoke(rest("POST", "/v1/responses", said, KEY))
    responses = stream(cloud, f"etincelle-{STAGE}-responses")
    assert running("alerts", "OpenCases").invoke(responses) == NO_FAILURES
    assert running("alerts", "OpenCases").invoke(responses) == NO_FAILURES, "twice opens none twice"
    [case] = asked_cases(running, "GET", "/v1/cases")["cases"]
    place = {"case_id": case["case_id"]}
    assert asked_cases(running, "GET", "/v1/cases/{case_id}/contact", **place)["is_known"]
    asked_cases(running, "POST", "/v1/cases/{case_id}/reply", {"text": "Bonjour"}, **place)
    assert running("alerts", "Dispatch").invoke(stream(cloud, f"etincelle-{STAGE}-cases")) == NO_FAILURES
    replies = queued(cloud, f"etincelle-{STAGE}-replies")
    assert running("invitations", "SendReplies").invoke(replies) == NO_FAILURES
    asked_cases(running, "POST", "/v1/cases/{case_id}/closed", {"cause": "casse"}, **place)
    shown = asked_cases(running, "GET", "/v1/cases/{case_id}", **place)
    assert [deed["reply"]["state"] for deed in shown["story"] if "reply" in deed] == ["sent"]
    assert asked_cases(running, "GET", "/v1/cases/figures")["closed"] == 1
    running("alerts", "WatchCases").invoke(scheduled_event("watch_cases", datetime.now(UTC)))


def asked_cases(running: Running, method: str, resource: str, body: Any = None, **parameters: str) -> Any:
    """What the API of cases answers, where all is well."""
    reply = running("alerts", API).invoke(rest(method, resource, body, KEY, **parameters))
    assert reply["statusCode"] in (200, 202), reply["body"]
    return json.loads(reply["body"])


def test_a_person_is_erased_by_each_service_in_its_turn(
    cloud: Cloud, running: Running, journey: dict[str, Any]
) -> None:
    """The baton goes round the queues, each function within its own policy; the answer counts on as nobody's."""
    customer = {"email": "erased@example.com"}
    known = interaction("proof-erased", channel="email", customer=customer)
    asked_invitations(running, "POST", "/v1/interactions", known)
    assert asked_invitations(running, "POST", "/v1/erasures", {"customer": customer}, status=202)["state"] == "running"
    assert running("invitations", "Tally").invoke(stream(cloud, f"etincelle-{STAGE}-contacts")) == NO_FAILURES
    queue = f"etincelle-{STAGE}-erase"
    for function, table in (
        (running("invitations", "Erase"), "contacts"),
        (running("collector", "Erase"), "responses"),
        (running("aggregator", "Erase"), "friction"),
        (running("alerts", "Erase"), "cases"),
    ):
        assert function.invoke(queued(cloud, f"{queue}-{table}")) == NO_FAILURES
    back = queued(cloud, f"{queue}-contacts")
    assert running("invitations", "Erase").invoke(back) == NO_FAILURES


def test_a_key_and_a_text_are_taken(running: Running, journey: dict[str, Any]) -> None:
    """A caller's key is an answer; a text from a number that was never asked is passed over."""
    pressed = event("connect/key")
    pressed["Details"]["Parameters"] = {"touchpoint": TOUCHPOINT, "key": "1"}
    assert running("collector", "Phone").invoke(pressed)["status"] == "stored"
    assert running("collector", "HearSms").invoke(event("sms/answer")) == NO_FAILURES


def test_an_event_that_cannot_be_read_is_given_back_alone(running: Running) -> None:
    """One poisoned message fails by its id; the function itself does not."""
    poisoned = message_of("no JSON", f"etincelle-{STAGE}-looks", identifier="poisoned")
    reply = running("aggregator", "Look").invoke({"Records": [poisoned]})
    assert reply == {"batchItemFailures": [{"itemIdentifier": "poisoned"}]}


def test_no_function_asked_for_what_its_policy_refuses(cloud: Cloud) -> None:
    """The door let everything pass that the functions did in the tests above, by their own policies."""
    assert cloud.policies
    assert cloud.refused == []
