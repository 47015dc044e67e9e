"""Executes a notebook of this folder from its first cell and writes it with its outputs.

    python docs/execute_tutorial.py tutorial.ipynb             in place
    python docs/execute_tutorial.py tutorial.ipynb OUTPUT      elsewhere
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

DOCS = Path(__file__).parent
SECONDS = 600  # for one cell, or for the kernel to start


def main(tutorial: Path, output: Path) -> None:
    notebook = nbformat.read(tutorial, as_version=4)
    metadata = notebook.metadata.copy()
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            km=_kernel_manager(folder),
            timeout=SECONDS,
            startup_timeout=SECONDS,
            record_timing=False,
            coalesce_streams=True,
        )
        client.execute(cleanup_kc=True, cwd=folder, env=_environment(folder))
    notebook.metadata = metadata  # the kernel adds its version
    nbformat.write(notebook, output)


def _kernel_manager(folder: str) -> AsyncKernelManager:
    """Of this interpreter's own kernel, which is all there is without folders of kernels."""
    return AsyncKernelManager(
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        transport="ipc",
        connection_file=str(Path(folder, ".kernel.json")),
    )


def _environment(folder: str) -> dict[str, str]:
    """This checkout's packages, figures in the notebook, no settings of the user's IPython."""
    return {
        **os.environ,
        "PYTHONPATH": str(DOCS.resolve().parent),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "IPYTHONDIR": str(Path(folder, ".ipython")),
    }


if __name__ == "__main__":
    tutorial = DOCS / sys.argv[1]
    main(tutorial, Path(sys.argv[2]) if sys.argv[2:] else tutorial)
