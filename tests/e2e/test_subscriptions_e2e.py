"""A subscription made by API hears a test and an alert, signed; a queue hears what its filter lets through."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from infra.local.environment import topic_arn
from services.aggregator.adapters.messages import SnsTopic
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Series
from shared.events import Severity
from tests.conftest import Running
from tests.events import alert_event
from tests.registry import SECRET
from tests.waiting import until

pytestmark = pytest.mark.e2e
GUIDE = Path(__file__).parents[2] / "docs/operate.md"


class Team:
    """A team of the test's own, whom the journey file tells by e-mail."""

    def __init__(self, stack: Running) -> None:
        self.stack, self.name = stack, f"e{uuid4().hex[:12]}"
        self.api = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"}, timeout=60)
        owner = {"name": "Team", "subscriptions": {"mail": f"{self.name}@example.com"}}
        document = {
            "name": self.name,
            "owners": {self.name: owner},
            "surveys": {f"s-{self.name}": {"scale": "csat", "question": "How was it?"}},
            "touchpoints": {self.name: {"owner": self.name, "survey": f"s-{self.name}"}},
        }
        reply = self.api.put(f"/v1/documents/{self.name}", json={"document": document, "base_version": 0})
        assert reply.status_code == 200, reply.text

    def publish(self, severity: Severity = "high") -> str:
        event = alert_event(touchpoint=self.name, owner=self.name, owners=[self.name], severity=severity)
        topic = SnsTopic(lambda: self.stack.client("sns"), topic_arn("friction-alerts"))
        topic.publish(AlertFact(Series(self.name, "customer", "csat"), event))
        return event.alert_id

    def hooks(self, kind: str) -> list[dict[str, Any]]:
        """What left for the team's webhook, of that kind of event."""
        left = self.stack.outbox()["webhooks"]
        return [one for one in left if self.name in json.dumps(one) and f'"kind":"{kind}"' in one["body"]]


@pytest.fixture
def team(stack: Running) -> Team:
    return Team(stack)


def test_a_webhook_made_by_api_hears_a_test_and_then_an_alert(team: Team) -> None:
    """Both signed with the secret that went in and never comes out."""
    path = f"/v1/owners/{team.name}/subscriptions/hook"
    hook = {"webhook": f"{team.stack.url}/outbox/hooks/{team.name}", "secret": SECRET}
    made = team.api.put(path, json={"subscription": hook, "base_version": 0})
    assert made.status_code == 200, made.text
    assert SECRET not in made.text
    asked = team.api.post(f"{path}/test")
    assert asked.status_code == 201, asked.text
    alert_id = team.publish()
    for kind in ("ping", "drop"):
        [left] = until(lambda kind=kind: team.hooks(kind))  # type: ignore[misc]
        assert Webhook(SECRET).verify(left["body"], {k.lower(): v for k, v in left["headers"].items()})
    delivered = team.api.get(f"/v1/alerts/{alert_id}/notes").json()["notes"]
    assert f"{team.name}/hook" in {note["subscription"] for note in delivered}


def test_the_guides_filter_lets_through_what_it_says(team: Team) -> None:
    """The policy as docs/operate.md has it, for this team: its grave alerts, and no other's."""
    [policy] = re.findall(r'^\{"owner": \["web"\].*\}$', GUIDE.read_text(), re.MULTILINE)
    sqs, sns = team.stack.client("sqs"), team.stack.client("sns")
    url = sqs.create_queue(QueueName=team.name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    attributes = {"FilterPolicy": policy.replace('"web"', f'"{team.name}"'), "RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic_arn("friction-alerts"), Protocol="sqs", Endpoint=arn, Attributes=attributes)
    Team(team.stack).publish("high")
    team.publish("low")
    alert_id = team.publish("high")

    def heard() -> list[dict[str, Any]]:
        return [json.loads(one["Body"]) for one in sqs.receive_message(QueueUrl=url).get("Messages", [])]

    [event] = until(heard)
    assert (event["alert_id"], event["severity"], event["owner"]) == (alert_id, "high", team.name)
    assert heard() == []
