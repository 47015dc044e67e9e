"""Whether there is Verilog of a network, before any logic is made."""

from __future__ import annotations

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.stream.stream_plan import plan_stream, streams
from hls_projects.rtl.stream.streaming import multiplexed_layers

NOTHING_TO_MULTIPLEX = (
    "`time_multiplex` is for dense layers of more nonzeros than an image has pixels, between the "
    "image of a convolutional network and its last layer. Received: a network that has none"
)


def check_feasible(network: IntegerNetwork, time_multiplex: bool = False) -> None:
    """Refuses at once what write_rtl cannot write.

    Raises:
        ValueError: for a kind or order of layers that RTL does not have, or layers to
            time-multiplex where there are none, or one of more neurons than an image has pixels.
    """
    plan = plan_stream(network) if streams(network) else None
    for layer in (network if plan is None else plan.tail).layers:
        if layer.windows is not None:
            raise ValueError(
                "RTL of dense networks, and of what follows the flattened image, has layers "
                f"without windows alone. Received: {layer.kind}"
            )
    if time_multiplex and not (plan and multiplexed_layers(plan)[0]):
        raise ValueError(NOTHING_TO_MULTIPLEX)
