"""AWS's errors in our words: which code is which, and what a lost answer means.

It knows botocore's exceptions by name only, so that it is read without the SDK.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tools.errors import (
    Capacity,
    Conflict,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NovaError,
    OutcomeUnknown,
    ProviderError,
    Throttled,
    Unreachable,
    Unsupported,
)

ERRORS: dict[type[NovaError], tuple[str, ...]] = {
    NotFound: ("InvalidInstanceID.Malformed", "InvalidAMIID.Malformed", "InvalidAMIID.Unavailable"),
    InvalidRequest: (
        "InvalidParameterValue", "InvalidParameterCombination", "InvalidParameter",
        "MissingParameter", "UnknownParameter", "ValidationError", "InvalidInstanceType",
        "InvalidBlockDeviceMapping", "InvalidTagKey.Malformed", "TagLimitExceeded",
        "TagPolicyViolation", "VPCIdNotSpecified", "NoDefaultSubnet", "InvalidInput",
        "InvalidVolume.ZoneMismatch", "VolumeTypeNotAvailableInZone",
    ),
    Conflict: (
        "IncorrectInstanceState", "IncorrectState", "IncorrectSpotRequestState", "VolumeInUse",
        "InvalidSnapshot.InUse", "InvalidAMIName.Duplicate", "IncorrectModificationState",
        "VolumeModificationRateExceeded", "IdempotentParameterMismatch", "DependencyViolation",
        "IdempotentInstanceTerminated", "ConcurrentTagAccess", "ScalingActivityInProgress",
        "ResourceInUse", "ResourceContention", "InvalidState", "InvalidVolume.InUse",
    ),
    NotAllowed: (
        "UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "AuthFailure",
        "InvalidClientTokenId", "ExpiredToken", "ExpiredTokenException", "RequestExpired",
        "SignatureDoesNotMatch", "UnrecognizedClientException", "OptInRequired", "Blocked",
        "OperationNotPermitted", "PendingVerification", "IncompleteSignature",
        "MissingAuthenticationToken", "InvalidAccessKeyId", "DryRunOperation",
    ),
    Throttled: (
        "RequestLimitExceeded", "Throttling", "ThrottlingException", "ThrottledException",
        "RequestThrottled", "RequestThrottledException", "TooManyRequestsException", "SlowDown",
        "EC2ThrottledException", "BandwidthLimitExceeded", "PriorRequestNotComplete",
        "SnapshotCreationPerVolumeRateExceeded", "Unavailable", "ServiceUnavailable",
    ),
    Capacity: (
        "InsufficientInstanceCapacity", "InsufficientHostCapacity", "InsufficientCapacity",
        "InsufficientReservedInstanceCapacity", "InsufficientVolumeCapacity", "LimitExceeded",
        "InsufficientFreeAddressesInSubnet", "InsufficientAddressCapacity",
        "InstanceLimitExceeded", "VcpuLimitExceeded", "VolumeLimitExceeded",
        "MaxIOPSLimitExceeded", "SnapshotLimitExceeded", "ResourceLimitExceeded",
        "MaxSpotInstanceCountExceeded", "ConcurrentSnapshotLimitExceeded",
        "ResourceCountLimitExceeded", "AttachmentLimitExceeded", "PendingSnapshotLimitExceeded",
    ),
    Unsupported: (
        "UnsupportedOperation", "Unsupported", "UnsupportedHibernationConfiguration",
        "UnsupportedInstanceAttribute", "OperationNotSupported", "InvalidAction",
        "UnsupportedTenancy",
    ),
}  # fmt: skip
"""Which of our errors each code is. `….NotFound` is `NotFound`, `…Limit…` of the account is
`Capacity`; one that is not here is a `ProviderError`."""

_KINDS = {code: kind for kind, codes in ERRORS.items() for code in codes}

_HINTS = {
    "ExpiredToken": "The sign-in has expired: sign in again, with `aws sso login` or a new key.",
    "ExpiredTokenException": "The sign-in has expired: sign in again, with `aws sso login`.",
    "RequestExpired": "Set this machine's clock: AWS takes requests of the last minutes only.",
    "AuthFailure": "Check the key and this machine's clock; see `novacron doctor`.",
    "InvalidClientTokenId": "The access key is not valid, or this region is not enabled.",
    "SignatureDoesNotMatch": "Check the secret key and this machine's clock.",
    "OptInRequired": "Enable the region or the service for the account, or leave it out.",
    "VPCIdNotSpecified": "Name a subnet: the connection's key `subnets`.",
    "NoDefaultSubnet": "Name a subnet: the connection's key `subnets`.",
    "VcpuLimitExceeded": "Ask AWS for a higher quota, or choose a smaller size.",
    "InstanceLimitExceeded": "Ask AWS for a higher quota, or choose another size.",
    "VolumeModificationRateExceeded": "AWS changes a volume once in six hours: try again later.",
}

_NOT_SENT = frozenset({
    "EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError", "SSLError",
    "ConnectionError", "UnknownEndpointError",
})  # fmt: skip
_NO_ANSWER = frozenset({
    "ReadTimeoutError", "ConnectionClosedError", "ResponseStreamingError", "IncompleteReadError",
    "HTTPClientError", "ResponseParserError", "ProtocolError", "IncompleteRead",
})  # fmt: skip
_NOT_SIGNED_IN = frozenset({
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError",
    "TokenRetrievalError", "SSOTokenLoadError", "UnauthorizedSSOTokenError", "SSOError",
    "RefreshWithMFAUnsupportedError", "NoAuthTokenError", "InvalidConfigError",
    "MetadataRetrievalError", "LoginError", "LoginRefreshRequired",
})  # fmt: skip
_WRONGLY_SET_UP = frozenset({
    "ProfileNotFound", "ConfigNotFound", "ConfigParseError", "NoRegionError",
    "ParamValidationError", "InvalidRegionError",
    "InfiniteLoopConfigError", "InvalidEndpointConfigurationError",
})  # fmt: skip

_SECRETS = re.compile(
    r"(?i)(encoded authorization failure message:\s*\S+"
    r"|x-amz-security-token\S*\s*\S+|authorization:\s*.*|the canonical string.*)",
    re.DOTALL,
)
_LONGEST = 400


def in_our_words(error: Exception, what: str, *, acting: bool) -> NovaError:
    """What an exception of botocore is in our words.

    Args:
        error: what was raised.
        what: the request, in words.
        acting: whether it changes something, so that a lost answer leaves the outcome unknown.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    if "ClientError" in names:
        return _refused(getattr(error, "response", {}), what, acting=acting)
    if names & _NO_ANSWER and not names & _NOT_SENT:
        if acting:
            return OutcomeUnknown(f"{what}: it was sent, and no answer came that can be read.")
        return Unreachable(f"{what}: no answer came that can be read.")
    if names & _NOT_SENT:
        return Unreachable(f"{what}: AWS cannot be reached.")
    if names & _NOT_SIGNED_IN:
        return NotAllowed(
            f"{what}: there is no valid sign-in to AWS ({type(error).__name__}).",
            hint="Sign in with `aws sso login` or `aws configure`, or name another profile.",
        )
    if names & _WRONGLY_SET_UP:
        return InvalidRequest(f"{what}: {_clean(str(error))}")
    return ProviderError(f"{what}: {type(error).__name__}: {_clean(str(error))}")


def _refused(response: Mapping[str, Any], what: str, *, acting: bool) -> NovaError:
    said = response.get("Error", {})
    facts = response.get("ResponseMetadata", {})
    code, status = str(said.get("Code", "")), int(facts.get("HTTPStatusCode") or 0)
    message = f"{what}: {_clean(str(said.get('Message') or code))}"
    kind = kind_of(code)
    if kind is ProviderError and status >= 500:
        if acting:
            return OutcomeUnknown(f"{message}: whether it was done is not known.", vendor_code=code)
        return Unreachable(message, vendor_code=code)
    wait = str(facts.get("HTTPHeaders", {}).get("retry-after", ""))
    return kind(
        message,
        hint=_HINTS.get(code, ""),
        vendor_code=code,
        retry_after_s=float(wait) if wait.isdigit() else None,
    )


def kind_of(code: str) -> type[NovaError]:
    """Which of our errors a code of AWS is."""
    if code in _KINDS:
        return _KINDS[code]
    if code.endswith(("NotFound", "NotFound.Instance", "NotFoundException", ".Malformed")):
        return NotFound
    if "LimitExceeded" in code:
        return Capacity
    return ProviderError


def _clean(text: str) -> str:
    return _SECRETS.sub("…", text)[:_LONGEST].strip()
