"""Azure Communication Services: texts and reports through Event Grid, sending through its REST API.

Signatures are `signing`'s, events `events`', delivery codes `codes`', requests `sending`'s.
"""

import hmac
import json
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

import structlog

from convo.errors import InvalidSignature, UnreadablePayload
from convo.messages import Accepted, Item, Outbound, RawRequest, Response
from convo.phone import NumberKind
from convo.providers.azure import events
from convo.providers.azure.opt_outs import AzureOptOuts
from convo.providers.azure.resource import Resource
from convo.providers.azure.sending import LONGEST, Sending
from convo.providers.azure.settings import AzureSettings
from convo.providers.base import US_TOLL_FREE, Handling, Surroundings, Traits

# Short codes: who applies for one chooses whether Azure answers the mandatory keywords.
STOP = {
    NumberKind.TOLL_FREE: US_TOLL_FREE,
    NumberKind.SHORT_CODE: Handling(None, frozenset({"stop", "start", "help"})),
}
_ASKS = "webhook-request-origin"
_KIND = "aeg-event-type"
_VALIDATION = "subscriptionvalidation"

log = structlog.get_logger(__name__)


class Azure:
    """One Communication Services resource."""

    name = "azure"
    SETTINGS = AzureSettings
    # A repeatability id makes a second send with the same key the same message.
    traits = Traits(
        idempotent=True,
        longest=LONGEST,
        methods=("POST", "OPTIONS"),
        rates={
            NumberKind.TOLL_FREE: "200/minute",
            NumberKind.SHORT_CODE: "6000/minute",
            NumberKind.ALPHANUMERIC: "600/minute",
        },
        stop=STOP,
    )

    def __init__(self, settings: AzureSettings, surroundings: Surroundings) -> None:
        self._account = surroundings.account
        self._secrets = [secret.encode() for secret in settings.webhook_secret]
        self._resource = Resource(settings, surroundings.clock)
        self._sending = Sending(self._resource, settings.api_version, surroundings.clock)
        self.opt_outs = AzureOptOuts(self._resource, settings.opt_outs_api_version)
        if not self._secrets:
            log.warning(
                "webhook.no_secret",
                account=self._account,
                mend=f"set accounts.{self._account}.webhook_secret and put it into the address of the "
                "event subscription as ?code=…; until then every delivery is refused with 401",
            )

    def verify(self, request: RawRequest) -> None:
        """The secret stands in the query, as `?code=`: Event Grid signs nothing."""
        fields = (field.partition("=") for field in request.query.split("&"))
        given = [unquote_to_bytes(value) for name, _, value in fields if name == "code"]
        fits = [hmac.compare_digest(one, secret) for one in given for secret in self._secrets]
        if not any(fits):
            raise InvalidSignature(
                f"?code= does not fit; check accounts.{self._account}.webhook_secret and the address of "
                "the event subscription"
            )

    def parse(self, request: RawRequest) -> Sequence[Item]:
        if request.method == "OPTIONS":
            return ()
        if _validates(request):
            _validation_code(request.body)
            return ()
        return events.read(self._account, request.body)

    def acknowledge(self, request: RawRequest) -> Response:
        """200, and both handshakes: Event Grid's own, and that of CloudEvents (HTTP Webhooks, section 4)."""
        if request.method == "OPTIONS":
            return Response(200, b"", _allowed(request))
        if not _validates(request):
            return Response(200)
        answer = json.dumps({"validationResponse": _validation_code(request.body)}).encode()
        return Response(200, answer, {"content-type": "application/json"})

    async def send(self, message: Outbound) -> Accepted:
        return await self._sending.send(message)

    async def close(self) -> None:
        await self._resource.close()


def _validates(request: RawRequest) -> bool:
    return request.headers.get(_KIND, "").lower() == _VALIDATION


def _validation_code(body: bytes) -> str:
    """What Event Grid wants to hear back; raises UnreadablePayload where it does not say."""
    found = events.load(body)
    first = found[0] if isinstance(found, list) and found else found
    data = events.data_of(events.any_case(first)) if isinstance(first, dict) else None
    code = data.get("validationcode") if data else None
    if not isinstance(code, str):
        raise UnreadablePayload("a validation of the subscription without its validationCode")
    return code


def _allowed(request: RawRequest) -> dict[str, str]:
    allowed = {"Allow": "POST"}
    if _ASKS in request.headers:
        allowed |= {"WebHook-Allowed-Origin": request.headers[_ASKS], "WebHook-Allowed-Rate": "*"}
    return allowed


PROVIDER = Azure
