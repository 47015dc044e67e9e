"""The kinds of layers that an integer network consists of; each is one entry of KINDS.

A kind's class says what it means in integers and in sums of bits, and which layer of an hls4ml
project computes it.  hls_projects.from_keras.readers says which Keras layers become it.
"""

from hls_projects.kinds.add import Add
from hls_projects.kinds.channels.depthwise import Depthwise
from hls_projects.kinds.channels.sumpool import SumPool
from hls_projects.kinds.concatenate import Concatenate
from hls_projects.kinds.conv2d import Conv2D
from hls_projects.kinds.dense import Dense
from hls_projects.kinds.encodings.thermometer import Thermometer
from hls_projects.kinds.flatten import Flatten
from hls_projects.kinds.head import Head
from hls_projects.kinds.layer import Interval, Layer, Role
from hls_projects.kinds.maxpool import MaxPool
from hls_projects.kinds.moves.crop import Crop
from hls_projects.kinds.moves.pad import Pad
from hls_projects.kinds.moves.permute import Permute
from hls_projects.kinds.moves.select import Select
from hls_projects.kinds.moves.upsample import UpSample
from hls_projects.kinds.reshape import Reshape
from hls_projects.kinds.threshold import Levels

_MOVES = (Pad, Crop, UpSample, Permute, Select)
KINDS: dict[str, type[Layer]] = {
    kind.kind: kind
    for kind in (
        *(Dense, Conv2D, Depthwise, Levels, Thermometer, MaxPool, SumPool, Flatten, Reshape),
        *(*_MOVES, Add, Concatenate, Head),
    )
}

__all__ = [
    "KINDS",
    "Add",
    "Concatenate",
    "Conv2D",
    "Crop",
    "Dense",
    "Depthwise",
    "Flatten",
    "Head",
    "Interval",
    "Layer",
    "Levels",
    "MaxPool",
    "Pad",
    "Permute",
    "Reshape",
    "Role",
    "Select",
    "SumPool",
    "Thermometer",
    "UpSample",
]
