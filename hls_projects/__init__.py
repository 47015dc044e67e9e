"""What becomes hardware: integer network, hls4ml front end, C-simulation, vendor tools.

Importing this package teaches hls4ml the layers of qkeras_models, so that
``hls4ml.converters.convert_from_keras_model`` converts sparse ternary networks exactly, and Keras
to load them.
"""

import qkeras_models  # noqa: F401 (Keras knows its classes from now on)
from hls_projects.hls4ml_front_end import register as _register

_register()
