"""What these layers can be built for, checked before anything is written."""

from __future__ import annotations

import re
from typing import Any

BACKENDS = ("Vivado", "Vitis")
IO_TYPES = ("io_parallel", "io_stream")
STRATEGIES = ("latency", "distributed_arithmetic")

_TAKEN = """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t
    char8_t class co_await co_return co_yield compl concept const const_cast consteval constexpr
    constinit continue decltype default delete do double dynamic_cast else enum explicit export
    extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq
    nullptr operator or or_eq private protected public register reinterpret_cast requires return
    short signed sizeof static static_assert static_cast struct switch template this thread_local
    throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t while
    xor xor_eq main std nnet hls input_t result_t x
"""


def check_project_name(name: str) -> None:
    """Raises ValueError unless the name can be that of a C++ function."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name or "", re.ASCII) or name in _TAKEN.split():
        raise ValueError(
            "`project_name` must be a C++ identifier: letters, digits and underscores, no digit "
            f"first, no C++ keyword. Received: {name!r}"
        )


def check_backend(backend: str) -> None:
    """Raises ValueError unless there are templates for the backend, named in any case."""
    if backend.lower() not in {name.lower() for name in BACKENDS}:
        raise ValueError(
            f"`backend` must be one of {', '.join(BACKENDS)}: sparse ternary layers have no "
            f"templates for others. Received: {backend!r}"
        )


def check_io_type(io_type: str) -> None:
    """Raises ValueError unless io_parallel or io_stream."""
    if io_type not in IO_TYPES:
        raise ValueError(
            f"`io_type` must be one of {', '.join(IO_TYPES)} for sparse ternary layers. "
            f"Received: {io_type!r}"
        )


def check_strategy(strategy: str, owner: str = "") -> str:
    """The strategy in hls4ml's spelling; raises ValueError unless there is such a kernel."""
    known = {"da": "distributed_arithmetic"}.get(strategy.lower(), strategy.lower())
    if known not in STRATEGIES:
        raise ValueError(
            f"`Strategy`{owner} must be 'Latency' or 'distributed_arithmetic'. "
            f"Received: {strategy!r}"
        )
    return known


def check_node(node: Any) -> None:
    """Raises ValueError if the project around an hls4ml node cannot hold sparse ternary layers."""
    config = node.model.config
    check_backend(config.backend.name)
    check_io_type(config.get_config_value("IOType"))
    check_project_name(config.get_project_name())
    reuse_factor = config.get_reuse_factor(node)
    if reuse_factor != 1:
        raise ValueError(
            f"`ReuseFactor` of layer '{node.name}' must be 1: its adders are fixed to their "
            f"inputs and cannot be shared. Received: {reuse_factor!r}"
        )
