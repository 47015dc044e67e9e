"""The one function of a design, cut into many."""

import pytest

from hls_projects.rtl.cxxrtl.cxx_parts import STATEMENTS, cut

HEADER = "struct p_top {\n\tbool eval(performer *performer) override;\n};\n"


def source(statements):
    return "".join([
        "namespace d {\nbool p_top::eval(performer *performer) {\n\tbool converged = true;\n",
        "\tbool posedge_p_clk = this->posedge_p_clk();\n\tlanes n1;\n",
        *statements,
        "\treturn converged;\n}\n} // d\n",
    ])


def test_statements_keep_their_order_and_their_blocks():
    clocked = "\tif (posedge_p_clk) {\n\t\tp_y.next = n1;\n\t}\n"
    statements = [clocked if i % 3 else f"\tn1 = not_u(p_x{i});\n" for i in range(2 * STATEMENTS)]
    received, header = cut(source(statements), HEADER)
    parts = received.split("void p_top::part_")[1:]
    assert "".join(parts[0].split("{\n", 1)[1].rpartition("}")[0]) == "".join(
        statements[:STATEMENTS]
    )
    assert parts[1].split("}\nbool p_top")[0].endswith("".join(statements[STATEMENTS:]))
    assert received.index("static lanes n1;") < received.index("part_0")
    assert received.endswith("\tpart_0(posedge_p_clk);\n\tpart_1(posedge_p_clk);\n"
                             "\treturn converged;\n}\n} // d\n")
    assert header.count("void part_") == 2


def test_a_module_without_registers_has_no_clock():
    text = source(["\tp_a = p_b;\n"]).replace(
        "\tbool posedge_p_clk = this->posedge_p_clk();\n", ""
    ).replace("p_top", "p_layer__1")
    received, _ = cut(text, HEADER.replace("p_top", "p_layer__1"), "layer_1")
    assert "bool posedge_p_clk = false;\n\tpart_0(posedge_p_clk);" in received


def test_a_design_with_feedback_is_refused():
    text = source([]).replace("converged = true", "converged = false")
    with pytest.raises(ValueError, match="without feedback.*converged = false"):
        cut(text, HEADER)


@pytest.mark.parametrize("text, header", [("", HEADER), (source([]), "struct p_top {};")])
def test_other_sources_are_refused(text, header):
    with pytest.raises(ValueError, match="must hold p_top::eval"):
        cut(text, header)
