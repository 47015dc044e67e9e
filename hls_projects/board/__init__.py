"""A network on a board: Verilog around it, a bitstream, its simulation, and the client."""

from qkeras_models.lazy_names import lazy_names

_HOMES = {
    "Board": "hls_projects.board.client",
    "BoardError": "hls_projects.board.client",
    "BoardFile": "hls_projects.board.board_file",
    "board_names": "hls_projects.board.board_file",
    "build_bitstream": "hls_projects.board.build",
    "find_board": "hls_projects.board.board_file",
}
__all__ = sorted(_HOMES)
__getattr__, __dir__ = lazy_names(__name__, _HOMES)
