"""A SAM template as CloudFormation will see it, once AWS's own translator has been over it."""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from infra.local.environment import REGION

logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)  # it warns of metrics that nobody wants
CODE = "s3://etincelle/deployment.zip"
"""Stands for where `aws cloudformation package` would put the zip; the translator refuses a local path."""


def translated(template: Mapping[str, Any]) -> dict[str, Any]:
    """The plain template. Raises samtranslator's InvalidDocumentException naming what SAM refuses."""
    sam = copy.deepcopy(dict(template))
    for resource in sam["Resources"].values():
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = CODE
    translator = Translator(None, Parser(), boto_session=boto3.Session(region_name=REGION))
    plain: dict[str, Any] = translator.translate(sam, parameter_values={}, get_managed_policy_map=dict)
    return plain
