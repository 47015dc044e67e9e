"""Vendor tools, played by scripts that leave the report such a tool leaves."""

from __future__ import annotations

import pytest

from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.tools.vendor_tools import VendorToolError, find_program, read_report, synthesize
from tests.hls_projects.networks import network

REPORT = """<profile>
<UserAssignments><TargetClockPeriod>5.00</TargetClockPeriod></UserAssignments>
<PerformanceEstimates>
<SummaryOfTimingAnalysis><EstimatedClockPeriod>3.512</EstimatedClockPeriod></SummaryOfTimingAnalysis>
<SummaryOfOverallLatency><Best-caseLatency>4</Best-caseLatency>
<Worst-caseLatency>6</Worst-caseLatency><Interval-min>1</Interval-min>
<Interval-max>1</Interval-max></SummaryOfOverallLatency></PerformanceEstimates>
<AreaEstimates><Resources><LUT>9224</LUT><FF>1185</FF><DSP>0</DSP></Resources>
<AvailableResources><LUT>1728000</LUT></AvailableResources></AreaEstimates></profile>"""

TOOL = f"""#!/bin/sh
[ -f build_prj.tcl ] && [ -f firmware/net.cpp ] || exit 3
mkdir -p net_prj/solution1/syn/report
printf '<p><solutions><solution name="solution1"/></solutions></p>' > net_prj/hls.app
cp net_prj/hls.app net_prj/vivado_hls.app
cat > net_prj/solution1/syn/report/net_csynth.xml <<'XML'
{REPORT}
XML
"""


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """A function that puts a program on an otherwise usual PATH without vendor tools."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def add(name, script=TOOL):
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)

    return add


def project(folder, backend):
    model = build_hls_model(network((5, 4, 3)), folder / "hls", project_name="net", backend=backend)
    model.write()
    return model


@pytest.mark.parametrize("backend, program", [
    ("Vitis", "vitis-run"), ("Vitis", "vitis_hls"), ("Vivado", "vivado_hls"),
])
def test_synthesis_returns_numbers(tools, tmp_path, backend, program):
    tools(program)
    assert find_program(backend.lower()) == program
    (report,) = synthesize(project(tmp_path, backend), backend).solutions
    assert report.resources["LUT"] == 9224 and report.resources["FF"] == 1185
    assert report.estimated_period == 3.512
    assert (report.best_latency, report.worst_latency) == (4, 6)


@pytest.mark.parametrize("backend, names", [
    ("Vitis", "vitis-run or vitis_hls"), ("Vivado", "vivado_hls"),
])
def test_missing_programs_are_named(tools, tmp_path, backend, names):
    with pytest.raises(VendorToolError, match=f"needs {names} on the PATH"):
        synthesize(project(tmp_path, backend))


def test_other_backends_are_refused():
    with pytest.raises(ValueError, match="`backend` must be one of Vivado, Vitis"):
        find_program("Quartus")


@pytest.mark.parametrize("backend, program, script", [
    ("Vitis", "vitis-run", "#!/bin/sh\nexit 1\n"),
    ("Vitis", "vitis_hls", "#!/bin/sh\nexit 1\n"),
    ("Vivado", "vivado_hls", "#!/bin/sh\nexit 1\n"),
    ("Vitis", "vitis-run", "#!/bin/sh\nexit 0\n"),
])
def test_failed_synthesis_returns_no_older_report(tools, tmp_path, backend, program, script):
    tools(program)
    model = project(tmp_path, backend)
    synthesize(model)
    tools(program, script)
    with pytest.raises(VendorToolError, match="failed|no C synthesis report"):
        synthesize(model)


def test_every_solution_and_logic_synthesis_are_read(tmp_path):
    for solution in ("solution1", "solution2"):
        folder = tmp_path / "net_prj" / solution / "syn" / "report"
        folder.mkdir(parents=True)
        (folder / "net_csynth.xml").write_text(REPORT)
        (folder / "net_part_0_csynth.xml").write_text("<profile/>")
    (tmp_path / "vivado_synth.rpt").write_text("| CLB LUTs* | 7001 | 0 | 1182240 | 0.59 |\n")
    report = read_report(tmp_path)
    assert [found.solution for found in report.solutions] == ["solution1", "solution2"]
    assert report.utilization.luts == 7001 and report.timing is None


def test_a_damaged_report_is_named(tmp_path):
    folder = tmp_path / "net_prj" / "solution1" / "syn" / "report"
    folder.mkdir(parents=True)
    (folder / "net_csynth.xml").write_text(REPORT[:200])
    with pytest.raises(VendorToolError, match="net_csynth.xml is no valid XML"):
        read_report(tmp_path)
