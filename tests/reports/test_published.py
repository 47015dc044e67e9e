from reports.published import published_designs, published_table


def test_the_published_designs_are_complete_and_possible():
    designs = published_designs()
    assert len(designs) == 14 and len({design.name for design in designs}) == 14
    assert [design.luts for design in designs] == sorted(design.luts for design in designs)
    for design in designs:
        assert 90 < design.accuracy < 100 and design.luts > 100 and design.reference


def test_the_table_says_that_a_vendors_tool_counted():
    table = published_table()
    assert "vendor" in table.columns[2].label and "Vivado" in table.footnotes[0]
    assert ["hls4ml ternary", "95.00", "260,092", "Ngadiuba et al. 2020", "–"] in table.texts()
