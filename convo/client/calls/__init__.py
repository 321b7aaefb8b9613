"""Everything that can be asked for, each as the request that it makes: both clients have these as methods."""

# ruff: noqa: F403 - whatever stands in these files is a call
from convo.client.calls.campaigns import *
from convo.client.calls.consent import *
from convo.client.calls.contacts import *
from convo.client.calls.conversations import *
from convo.client.calls.events import *
from convo.client.calls.flows import *
from convo.client.calls.insights import *
from convo.client.calls.messages import *
from convo.client.calls.reminders import *
from convo.client.calls.verifications import *
