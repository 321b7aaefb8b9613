"""Azure's list of opt-outs, one for each of our numbers: `/sms/optouts:check`, `:add` and `:remove`.

The preview of 2024-12-10. Azure has to switch it on for a resource, and for its toll-free numbers.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from convo import phone
from convo.messages import Reason, SendError, Trouble
from convo.providers.azure.resource import Answer, Resource


class AzureOptOuts:
    """The lists of one account."""

    def __init__(self, resource: Resource, api_version: str) -> None:
        self._resource = resource
        self._version = api_version

    async def check(self, number: str, contacts: Sequence[str]) -> Mapping[str, bool]:
        """Which of these contacts are on the list of a number."""
        items = await self._ask("check", number, contacts)
        return {
            contact: item["isOptedOut"]
            for contact, item in items.items()
            if isinstance(item.get("isOptedOut"), bool)
        }

    async def add(self, number: str, contacts: Sequence[str]) -> frozenset[str]:
        """Put these contacts on the list of a number."""
        return frozenset(await self._ask("add", number, contacts))

    async def remove(self, number: str, contacts: Sequence[str]) -> frozenset[str]:
        """Take these contacts off the list of a number."""
        return frozenset(await self._ask("remove", number, contacts))

    async def _ask(self, what: str, number: str, contacts: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What Azure says of each contact for whom it did what was asked; the answer is multi-status."""
        asked = {"from": number, "recipients": [{"to": contact} for contact in contacts]}
        answer = await self._resource.post(f"/sms/optouts:{what}?api-version={self._version}", asked)
        if not 200 <= answer.status < 300:
            raise _failure(answer)
        try:
            items = {phone.from_provider(item["to"]): item for item in json.loads(answer.body)["value"]}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise SendError(Trouble.RETRY, Reason.PROVIDER_FAULT) from None
        return {
            contact: items[contact]
            for contact in contacts
            if contact in items and items[contact].get("httpStatusCode") in range(200, 300)
        }


def _failure(answer: Answer) -> SendError:
    if answer.status == 429:
        return SendError(Trouble.LATER, Reason.TOO_MANY, retry_after=answer.wait)
    if answer.status >= 500 or answer.status in (408, 409):
        return SendError(Trouble.RETRY, Reason.PROVIDER_FAULT, retry_after=answer.wait)
    return SendError(Trouble.OUR_FAULT, Reason.NOT_ALLOWED)
