import pytest

from reports.comparison.published import (
    published_data,
    published_designs,
    published_table,
)


@pytest.mark.parametrize(("data", "count", "least"), [("mnist", 14, 90), ("cifar10", 7, 80)])
def test_the_published_designs_are_complete_and_possible(data, count, least):
    designs = published_designs(data)
    assert len(designs) == count and len({design.name for design in designs}) == count
    luts = [design.luts for design in designs if design.luts is not None]
    assert luts == sorted(luts) and all(number > 100 for number in luts)
    assert [design.luts for design in designs[len(luts) :]] == [None] * (count - len(luts))
    for design in designs:
        assert least < design.accuracy < 100 and design.reference


def test_the_table_says_that_a_vendors_tool_counted():
    table = published_table("mnist")
    assert "vendor" in table.columns[2].label and "Vivado" in table.footnotes[0]
    row = ["hls4ml ternary", "95.00", "260,092", "190", "Ngadiuba et al. 2020", "–"]
    assert row in table.texts()


def test_one_device_is_not_claimed_for_all():
    for data in published_data():
        table = published_table(data)
        assert "xcvu9p" not in table.footnotes[0]
        (finn,) = (row for row in table.texts() if row[0].startswith("FINN"))
        assert "ZC706" in finn[-1]


def test_networks_in_software_have_no_luts():
    table = published_table("cifar10")
    assert ["BinaryConnect", "91.70", "n/a", "n/a", "BinaryConnect", "in software"] in table.texts()


def test_unknown_data_are_refused():
    with pytest.raises(ValueError, match="mnist, cifar10. Received: 'digits'"):
        published_designs("digits")
