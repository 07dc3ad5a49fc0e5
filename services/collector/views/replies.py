"""What all that is answered has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Reply(BaseModel):
    """What is answered; built when it is first answered."""

    model_config = ConfigDict(defer_build=True)
