"""Whether there is Verilog of a network, before any logic is made."""

from __future__ import annotations

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.stream.stream_plan import plan_stream, streams
from hls_projects.rtl.stream.streaming import folded_layers

NOTHING_TO_FOLD = (
    "`fold_dense` is for dense layers of more nonzeros than a picture has pixels, between the "
    "picture of a convolutional network and its last layer. Received: a network that has none"
)


def check_feasible(network: IntegerNetwork, fold_dense: bool = False) -> None:
    """Refuses at once what write_rtl cannot write.

    Raises:
        ValueError: for a kind or order of layers that RTL does not have, or layers to fold where
            there are none, or one of more neurons than a picture has pixels.
    """
    plan = plan_stream(network) if streams(network) else None
    for layer in (network if plan is None else plan.tail).layers:
        if layer.windows is not None:
            raise ValueError(
                "RTL of dense networks, and of what follows the flattened picture, has layers "
                f"without windows alone. Received: {layer.kind}"
            )
    if fold_dense and not (plan and folded_layers(plan)[0]):
        raise ValueError(NOTHING_TO_FOLD)
