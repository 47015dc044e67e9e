"""Ctrl-C and SIGTERM wherever they come: in Python, in native code, twice, with threads."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from qkeras_models.interruptible_command import InterruptibleCommand

ROOT = Path(__file__).parents[2]
START = """
    import signal, sys, threading, time, weakref
    import click
    from qkeras_models.interruptible_command import InterruptibleCommand

    def press():
        signal.raise_signal(signal.SIGINT)

    def terminate():
        signal.raise_signal(signal.SIGTERM)

    @click.command(cls=InterruptibleCommand, going_on=lambda name: f"continue {name}")
    @click.option("--name", default="mine")
    def main(name):
"""


def run(body, *, ignored=False):
    """Status and standard error of a command with this body."""
    text = textwrap.dedent(START) + textwrap.indent(textwrap.dedent(body), "    ") + "\nmain()\n"
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN if ignored else signal.default_int_handler)
    try:
        done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True,
                              text=True, timeout=60)
    finally:
        signal.signal(signal.SIGINT, heard)
    return done.returncode, done.stderr.strip()


@pytest.mark.parametrize("ended_by, status", [("press()", 130), ("terminate()", 143)])
def test_python_is_unwound(ended_by, status):
    assert run(f"""
        try:
            {ended_by}
        finally:
            click.echo("tidied", err=True)
    """) == (status, "tidied\n\ninterrupted; continue mine")


@pytest.mark.parametrize("module", ["keras.src.trainer", "tensorflow.python", "weakref"])
def test_no_exception_is_raised_in_what_native_code_may_call(module):
    """Python drops one that is raised in __del__, and the command would go on."""
    assert run(f"""
        names = {{"__name__": "{module}", "press": press}}
        exec("class Held:\\n def __del__(self): press()", names)
        names["Held"]()
        click.echo("goes on", err=True)
    """) == (130, "interrupted; continue mine")


@pytest.mark.parametrize("second, status", [("press()", 130), ("terminate()", 143)])
def test_the_second_time_ends_it_at_once(second, status):
    assert run(f"""
        try:
            press()
        finally:
            {second}
            click.echo("tidied", err=True)
    """) == (status, "interrupted; continue mine")


@pytest.mark.parametrize("end, status", [("press()", 130), ("sys.exit(1)", 1)])
def test_no_thread_sees_python_shut_down(end, status):
    """Python's own shutdown waits for this thread."""
    assert run(f"""
        threading.Thread(target=time.sleep, args=(600,)).start()
        {end}
    """)[0] == status


def test_what_ignores_it_goes_on():
    assert run("""
        press()
        click.echo("goes on", err=True)
    """, ignored=True) == (0, "goes on")


def test_a_call_with_arguments_leaves_ctrl_c_alone():
    @click.command(cls=InterruptibleCommand)
    def main():
        assert signal.getsignal(signal.SIGINT) is before
        raise SystemExit(3)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit):
        main([])
    assert CliRunner().invoke(main).exit_code == 3


def test_before_the_parameters_are_known():
    def press(*_):
        raise KeyboardInterrupt

    @click.command(cls=InterruptibleCommand)
    @click.option("--doctor", is_flag=True, is_eager=True, callback=press)
    def main(doctor):
        raise AssertionError

    result = CliRunner().invoke(main, ["--doctor"])
    assert (result.exit_code, result.stderr.strip()) == (130, "interrupted")
