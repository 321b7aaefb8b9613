"""`convo.Client` and `convo.AsyncClient`: the API of a convo that runs somewhere, for applications in Python.

What is sent and what comes back are the models of `convo.resources`; what fails for a moment is tried again.
"""

from convo.client.asynchronous import AsyncClient
from convo.client.errors import ApiError, ConnectionFailed
from convo.client.synchronous import Client

__all__ = ["ApiError", "AsyncClient", "Client", "ConnectionFailed"]
