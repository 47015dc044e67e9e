"""Estimated figures of a network's Verilog, for every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.records.record import Figure, Resources, Source

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork

DESIGN = "RTL, xilinx, estimate"
# Nonzeros; docs/estimate.md lists the networks of the fit.
LARGEST_FITTED = 12_704
# LUTs of mnist-narrow, binary and dense ternary, in reports/results/mnist.json.
LARGER = "LUT +17 % (52,544 nonzeros) and +5 % (33,941 nonzeros)"
ENCODER_NOTE = "of the LUTs, those that compare inputs with constants"
# Of lenet5, mnist-stream, what a search found, cifar-vgg and cnv, in reports/results.
CONVOLUTIONAL = (
    "forty-two of them, synthesized module by module: LUT −2.9 to +5.5 %, FF −2.6 to +1.4 %"
)
# Positions of the same two dense networks, and of those of the convolutional ones where counted.
LARGER_POSITIONS = "+21 % (52,544 nonzeros) and +5 % (33,941 nonzeros)"
CONVOLUTIONAL_POSITIONS = "thirty-eight of them, module by module: −2.9 to +12.9 %"

# Of random ones in docs/estimate.md, by benchmarks/graph_estimates.py, against their netlists.
OTHERS = "24 others of at most 2,305 nonzeros, mean and worst error"
BRANCHED = f"{OTHERS}: LUT 4.8%, 17.3%; FF 0.3%, 4.3%"
BRANCHED_POSITIONS = f"{OTHERS}: 4.3%, 19.1%"


def estimated_resources(network: IntegerNetwork) -> Resources:
    """LUTs, positions and flip-flops with one register stage a layer; notes state the errors.

    Such Verilog has no multipliers, and nothing that tools put into block RAMs.  Nothing is known
    where the network has a layer that RTL does not have.
    """
    from hls_projects.rtl.estimate import estimate
    from hls_projects.rtl.estimation.live import is_dense_sequence
    from hls_projects.rtl.stream.stream_plan import streams

    try:
        found = estimate(network)
    except ValueError:
        return {}
    convolutional = streams(network)
    branched = not (network.is_sequence if convolutional else is_dense_sequence(network))
    kind = network.nonzeros, convolutional, branched
    note, occupied = error_note(*kind), position_note(*kind)
    comparators = Figure(found.encoder_luts, "LUT", Source.ESTIMATE, ENCODER_NOTE)
    encoder = {"encoder_luts": comparators} if found.encoder_luts else {}
    return {
        DESIGN: {
            **encoder,
            "luts": Figure(found.luts, "LUT", Source.ESTIMATE, note),
            "positions": Figure(found.positions, "positions", Source.ESTIMATE, occupied),
            "ffs": Figure(found.ffs, "FF", Source.ESTIMATE, note),
            "brams": Figure(0, "BRAM", Source.ESTIMATE),
            "dsps": Figure(0, "DSP", Source.ESTIMATE),
        }
    }


def error_note(nonzeros: int, convolutional: bool, branched: bool = False) -> str:
    """How far off the estimate is, on networks outside the fit that are like this one.

    Args:
        nonzeros: of the network.
        convolutional: whether it is a stream of pixels, of convolutions or pools.
        branched: whether it has branches, or is built at once of other than dense layers.
    """
    from qkeras_models.cost.lut_model import fit_record

    if branched:
        return f"fitted on dense layers in a row, not on such networks; {BRANCHED}"
    if convolutional:
        return f"fitted on dense networks, not on convolutional ones; {CONVOLUTIONAL}"
    if nonzeros > LARGEST_FITTED:
        return f"larger than any network of the fit; two dense ones synthesized: {LARGER}"
    record = fit_record()
    errors = [
        f"{label} {record[f'{key}_mean_error']:.1%}, {record[f'{key}_worst_error']:.1%}"
        for key, label in (("luts", "LUT"), ("ffs", "FF"))
    ]
    return (
        f"mean and worst error against Yosys on {len(record['held_out'])} networks outside the "
        f"fit: {'; '.join(errors)}"
    )


def position_note(nonzeros: int, convolutional: bool, branched: bool = False) -> str:
    """As error_note, of the LUT positions that a design written for `cells` occupies."""
    from qkeras_models.cost.position_model import fit_record

    if branched:
        return f"fitted on dense layers in a row, not on such networks; {BRANCHED_POSITIONS}"
    if convolutional:
        return f"fitted on dense networks, not on convolutional ones; {CONVOLUTIONAL_POSITIONS}"
    if nonzeros > LARGEST_FITTED:
        return f"larger than any network of the fit; two dense ones: {LARGER_POSITIONS}"
    record = fit_record()
    mean, worst = record["positions_mean_error"], record["positions_worst_error"]
    return (
        "of a design written for cells; mean and worst error against its netlist on "
        f"{len(record['held_out'])} networks outside the fit: {mean:.1%}, {worst:.1%}"
    )
