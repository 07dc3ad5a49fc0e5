"""What Lambda passes a function beside its event, as much of it as Chalice and Powertools read."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field

from infra.local.environment import ACCOUNT, REGION

SECONDS = 30.0


@dataclass(frozen=True)
class LambdaContext:
    """function_name: as in the cloud, `etincelle-{service}-{stage}-{function}`."""

    function_name: str
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512
    log_group_name: str = "local"
    log_stream_name: str = "local"
    _until: float = field(default_factory=lambda: time.monotonic() + SECONDS)

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """As on AWS it counts down; unlike there, nothing happens at zero."""
        return max(0, int((self._until - time.monotonic()) * 1000))
