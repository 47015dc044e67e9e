"""Streams of pixels: filters, pools and dense layers proved, what moves pixels simulated."""

from hls_projects.proof.stream.images import prove_stream

__all__ = ["prove_stream"]
