"""The fault lab: makes the next requests and tool calls fail as real ones do, below everything that has to cope.

The spec is `tui.faultspec`'s. Faults of a request act at the HTTP transport, so that the client, the SDK and the
recovery above meet what they would meet; the demo model, which has no transport, raises what they would raise.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from agents import Agent

from tui import events as e
from tui.engine.connect import Connection
from tui.engine.faults.lab import Delays, FaultLab
from tui.engine.faults.model import FaultyProvider
from tui.engine.faults.tools import drop_calls
from tui.engine.faults.transport import FaultyTransport
from tui.engine.transports import clients_of, interpose

__all__ = ["Delays", "FaultLab", "fault_lab"]


def fault_lab(
    connection: Connection, agent: Agent[Any], emit: Callable[[e.Event], None], delays: Delays | None = None
) -> tuple[FaultLab, Connection]:
    """A lab for this session, and the connection to use in place of the one given.

    Clients and tools are left as they are until the first spec is armed.
    """

    def reach() -> bool:
        clients = clients_of(connection.client, agent)
        reached = [interpose(client, lambda inner: FaultyTransport(inner, lab)) for client in clients]
        return any(reached) or connection.api == "demo"

    lab = FaultLab(emit, reach, delays or Delays())
    drop_calls(lab)
    if connection.api != "demo":
        return lab, connection
    return lab, replace(connection, provider=FaultyProvider(connection.provider, lab))
