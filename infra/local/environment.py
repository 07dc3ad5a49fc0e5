"""The environment the services run with on a laptop: the names `chalice.json` sets in the cloud, no credentials."""

from __future__ import annotations

import os
from collections.abc import Mapping

STAGE = "local"
REGION = "us-east-1"
ACCOUNT = "000000000000"
SENDER = "etincelle@example.com"
TABLES = ("registry", "responses", "friction", "cases", "contacts")
ERASED = ("contacts", "responses", "friction", "cases")
"""Tables by which a person's erasure goes round."""
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "SSL_CERT_FILE")


def name(part: str, stage: str = STAGE) -> str:
    """The real name of a table, queue or topic."""
    return f"etincelle-{stage}-{part}"


def queue_url(endpoint: str, queue: str) -> str:
    return f"{endpoint}/{ACCOUNT}/{name(queue)}"


def topic_arn(topic: str = "friction-alerts") -> str:
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:{name(topic)}"


def credentials(endpoint: str) -> dict[str, str]:
    """What makes boto3 talk to the engine and to nobody else, whatever is configured on this machine."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "AWS_RETRY_MODE": "standard",
    }


def environment(endpoint: str, public_url: str, secret: str, service: str = "etincelle") -> dict[str, str]:
    """Every variable the services read. endpoint: the engine's URL; secret: the key of our keyed hashes."""
    tables = {f"TABLE_{table.upper()}": name(table) for table in TABLES}
    erase = {f"QUEUE_ERASE_{table.upper()}_URL": queue_url(endpoint, f"erase-{table}") for table in ERASED}
    return (
        credentials(endpoint)
        | tables
        | erase
        | {
            "STAGE": STAGE,
            "QUEUE_ALERTS_URL": queue_url(endpoint, "alerts"),
            "QUEUE_LOOKS_URL": queue_url(endpoint, "looks"),
            "QUEUE_DELIVERIES_URL": queue_url(endpoint, "deliveries"),
            "QUEUE_SENDINGS_URL": queue_url(endpoint, "sendings"),
            "QUEUE_REPLIES_URL": queue_url(endpoint, "replies"),
            "TOPIC_FRICTION_ALERTS_ARN": topic_arn(),
            "SECRET": secret,
            "PUBLIC_URL": public_url,
            "SENDER_EMAIL": SENDER,
            "SMS_ORIGIN": "Etincelle",
            "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": f"{public_url}/outbox/sms",  # the engine knows no text messages
            "AWS_ENDPOINT_URL_SESV2": f"{public_url}/outbox/ses",  # the engine's SES, and what keeps a mail's pictures
            "SES_CONFIGURATION_SET": f"etincelle-{STAGE}",
            "LATENESS_SECONDS": "30",  # nobody on one machine answers late, and nobody likes to wait
            "SETTLE_SECONDS": "2",
            "GATHERED_SECONDS": "1",
            "ERASURE_SETTLES_SECONDS": "2",
            "LOG_LEVEL": "INFO",
            "POWERTOOLS_SERVICE_NAME": service,
        }
    )


def inherited(variables: Mapping[str, str]) -> dict[str, str]:
    """What a child may see of this process's own environment: how to find programs and files, and nothing else."""
    return {name: variables[name] for name in INHERITED if name in variables}
