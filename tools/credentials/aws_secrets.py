"""AWS Secrets Manager, by the credentials of AWS's own chain; boto3 is loaded at the first look."""

from __future__ import annotations

import importlib
import json
from contextlib import closing
from typing import Any

from tools.credentials.found import Found
from tools.errors import InvalidRequest, NotAllowed, NotFound, Unsupported
from tools.providers.aws_errors import in_our_words


class AwsSecrets:
    """The secrets of the account and region that AWS's own chain leads to."""

    def read(self, path: str) -> Found:
        """A secret by its name or ARN; one that is a JSON object has its keys besides.

        Raises:
            NovaError: it cannot be read, or there is none.
        """
        answer = _asked("secretsmanager", path, "get_secret_value", SecretId=path)
        text = answer.get("SecretString")
        if text is None:
            raise InvalidRequest(
                f"The secret {path} in AWS Secrets Manager is binary.", hint="Keep it as text."
            )
        return Found({"": text, **_keys(text)})

    def check(self) -> str:
        """As whom it is read."""
        who = _asked("sts", "", "get_caller_identity")
        return f"AWS Secrets Manager as {who['Arn']}"


def _asked(service: str, path: str, operation: str, **given: Any) -> dict[str, Any]:
    try:
        boto3: Any = importlib.import_module("boto3")
    except ImportError as error:
        raise Unsupported(
            "References into AWS Secrets Manager need packages that are not installed.",
            hint="Install the extra: pip install 'novacron[aws]' (in a clone: make clouds).",
        ) from error
    what = f"Reading {path} in AWS Secrets Manager" if path else "Signing in to AWS"
    try:
        with closing(boto3.Session().client(service, region_name=_region(path))) as client:
            return dict(getattr(client, operation)(**given))
    except Exception as error:
        ours = in_our_words(error, what, acting=False)
        if isinstance(ours, NotAllowed) and ours.vendor_code == "AccessDeniedException":
            ours.hint = "Give this identity secretsmanager:GetSecretValue on that secret."
        elif isinstance(ours, NotFound):
            ours.hint = "Check the name and the region: AWS_REGION, or the secret's whole ARN."
        raise ours from error


def _region(path: str) -> str | None:
    """The region that an ARN names; None: the chain's own."""
    parts = path.split(":")
    return parts[3] if parts[0] == "arn" and len(parts) > 3 else None


def _keys(text: str) -> dict[str, str]:
    try:
        found: Any = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    values: dict[str, Any] = found  # pyright: ignore[reportUnknownVariableType]
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in values.items()}
