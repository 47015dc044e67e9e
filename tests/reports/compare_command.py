"""python -m reports.compare, within this process."""

from click.testing import CliRunner

from reports.compare import main


def compare(*words):
    result = CliRunner().invoke(main, [str(word) for word in words])
    return result.exit_code, result.output
